using System.Text.Json;
using Serverless.Inference.Tokenization.AddedTokens;
using Serverless.Inference.Tokenization.Bpe;
using Serverless.Inference.Tokenization.PreTokenizers;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads a tokenizer.json (the format of Hugging Face's tokenizers, version 1.0).</summary>
internal static class TokenizerFile
{
    /// <summary>Reads the file.</summary>
    /// <exception cref="InferenceException">It is missing, malformed, or describes something that is not supported.</exception>
    public static TokenizerParts Read(string path)
    {
        try
        {
            return Parse(Bytes(path), path);
        }
        catch (JsonException error)
        {
            throw new InferenceException(
                InferenceErrorCodes.ModelFile, $"{path}: not valid JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine}: {error.Message}", error);
        }
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InferenceException(
                InferenceErrorCodes.ModelFile,
                $"{path}: there is no such file. A model folder needs its tokenizer in this form; save it with transformers' save_pretrained.",
                error);
        }
    }

    private static TokenizerParts Parse(ReadOnlySpan<byte> json, string path)
    {
        if (json.StartsWith("\uFEFF"u8))
            json = json[3..];
        var reader = new Utf8JsonReader(json);
        Utf8JsonReader model = default;
        Dictionary<string, JsonPart> fields = [];
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InferenceException(InferenceErrorCodes.ModelFile, $"{path}: should be an object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "model")
            {
                // Read last: what its words are written in stands with the pre-tokenizer.
                model = reader;
                reader.Skip();
            }
            else
            {
                fields[name] = new JsonPart(JsonElement.ParseValue(ref reader), path, name);
            }
        }

        JsonPart Field(string name) => fields.TryGetValue(name, out JsonPart part) ? part : new JsonPart(default, path, name);

        if (Field("version") is { IsNull: false } version && version.Text() != "1.0")
            throw version.Unsupported(version.Text(), "1.0");
        PreTokenizerChain preTokenizer = PreTokenizerReader.Read(Field("pre_tokenizer"), out bool byteLevel);
        BpeModel bpe = BpeModelReader.Read(ref model, path, byteLevel);
        return new TokenizerParts(
            ReadAddedTokens(Field("added_tokens")),
            NormalizerReader.Read(Field("normalizer")),
            preTokenizer,
            bpe,
            TemplateReader.Read(Field("post_processor")),
            DecoderReader.Read(Field("decoder")));
    }

    private static List<AddedToken> ReadAddedTokens(JsonPart json) =>
        json.IsNull ? [] : [.. json.Items().Select(token => new AddedToken(token["id"].Whole(), token["content"].Text())
        {
            Special = token["special"].Flag(),
            LeftStrip = token["lstrip"].Flag(),
            RightStrip = token["rstrip"].Flag(),
            SingleWord = token["single_word"].Flag(),
            Normalized = token["normalized"].Flag(otherwise: true),
        })];
}
