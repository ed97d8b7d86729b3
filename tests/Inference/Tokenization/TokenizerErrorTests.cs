using System.Text.Json.Nodes;

namespace Serverless.Inference.Tests.Tokenization;

public sealed class TokenizerErrorTests
{
    [Fact]
    public void A_folder_without_a_tokenizer_is_named()
    {
        string folder = Path.Combine(Path.GetTempPath(), "no such model");
        var error = Should.Throw<InferenceException>(() => Inference.Tokenization.Tokenizer.Load(folder));
        error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
        error.Message.ShouldContain(Path.Combine(folder, "tokenizer.json"));
    }

    [Theory]
    [InlineData("""{"type": "Unigram", "vocab": [["a", -1.5]], "unk_id": 0}""", "model.type", "Unigram")]
    [InlineData("""{"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "a", "continuing_subword_prefix": "##"}""", "model.type", "WordPiece")]
    [InlineData("""{"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}""", "model.dropout", "dropout")]
    [InlineData("""{"type": "BPE", "vocab": {"a": 0}, "merges": [], "end_of_word_suffix": "</w>"}""", "model.end_of_word_suffix", "</w>")]
    public void Models_that_are_not_supported_are_refused_by_name(string model, params string[] named) =>
        Fails(json => json["model"] = JsonNode.Parse(model), InferenceErrorCodes.ModelUnsupported, named);

    [Theory]
    [InlineData("normalizer", """{"type": "Precompiled", "precompiled_charsmap": ""}""", "normalizer.type", "Precompiled")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Nmt"}]}""", "normalizer.normalizers[1].type", "Nmt")]
    [InlineData("pre_tokenizer", """{"type": "UnicodeScripts"}""", "pre_tokenizer.type", "UnicodeScripts")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "(a)\\1"}, "behavior": "Isolated", "invert": false}""", "pre_tokenizer.pattern.Regex", @"\1")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "(?i:stop)"}, "behavior": "Isolated", "invert": false}""", "pre_tokenizer.pattern.Regex", "'st'")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "(a*)*"}, "behavior": "Isolated", "invert": false}""", "pre_tokenizer.pattern.Regex", "empty")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"Regex": "a(?i)b|c"}, "behavior": "Isolated", "invert": false}""", "pre_tokenizer.pattern.Regex", "(?i)")]
    [InlineData("decoder", """{"type": "CTC"}""", "decoder.type", "CTC")]
    [InlineData("post_processor", """{"type": "Unheard"}""", "post_processor.type", "Unheard")]
    [InlineData("version", "\"2.0\"", "version", "2.0")]
    public void Parts_that_are_not_supported_are_refused_by_name(string field, string value, params string[] named) =>
        Fails(json => json[field] = JsonNode.Parse(value), InferenceErrorCodes.ModelUnsupported, named);

    [Theory]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}""", "model.merges[0]", "'b'")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": ["ab"]}""", "model.merges[0]", "space")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b", "a"]]}""", "model.merges[0]", "two tokens")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": -1}, "merges": []}""", "model.vocab['a']", "whole number")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}}""", "model.merges", "array")]
    [InlineData("model", """{"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "<unk>"}""", "model.unk_token", "<unk>")]
    [InlineData("model", "7", "model", "object")]
    [InlineData("added_tokens", """[{"content": "<s>"}]""", "added_tokens[0].id", "missing")]
    [InlineData("pre_tokenizer", """{"type": "Split", "pattern": {"String": "a"}, "behavior": "Sideways"}""", "pre_tokenizer.behavior", "Sideways")]
    [InlineData("pre_tokenizer", """{"type": "ByteLevel", "use_regex": "yes"}""", "pre_tokenizer.use_regex", "true or false")]
    public void Malformed_fields_are_named_with_what_was_expected(string field, string value, params string[] named) =>
        Fails(json => json[field] = JsonNode.Parse(value), InferenceErrorCodes.ModelFile, named);

    [Fact]
    public void A_truncated_file_is_named_with_the_place()
    {
        using var folder = new TokenizerFolder(TokenizerFolder.ByteLevel());
        string path = Path.Combine(folder.Path, "tokenizer.json");
        string text = File.ReadAllText(path);
        foreach (int length in (int[])[0, 1, text.Length / 2, text.Length - 1])
        {
            File.WriteAllText(path, text[..length]);
            var error = Should.Throw<InferenceException>(folder.Load, $"{length} of {text.Length} characters");
            error.Code.ShouldBe(InferenceErrorCodes.ModelFile);
            error.Message.ShouldContain(path);
        }
    }

    [Fact]
    public void A_file_without_a_model_is_refused()
    {
        Fails(json => json.Remove("model"), InferenceErrorCodes.ModelFile, "model");
    }

    private static void Fails(Action<JsonObject> change, string code, params string[] named)
    {
        JsonObject json = TokenizerFolder.ByteLevel();
        change(json);
        using var folder = new TokenizerFolder(json);
        var error = Should.Throw<InferenceException>(folder.Load);
        error.Code.ShouldBe(code, error.Message);
        error.Message.ShouldContain(Path.Combine(folder.Path, "tokenizer.json"));
        foreach (string name in named)
            error.Message.ShouldContain(name);
    }
}
