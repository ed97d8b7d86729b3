using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Serverless.Benchmarks.Tokenization;

/// <summary>A tokenizer that the benchmark trains and writes as a tokenizer.json.</summary>
/// <param name="Name">What it is like.</param>
/// <param name="Normalizer">Its normalizer.</param>
/// <param name="PreTokenizer">Its pre-tokenizer.</param>
/// <param name="ByteLevel">Byte-level, or else SentencePiece-style with bytes for what is unknown.</param>
internal sealed record TokenizerStyle(string Name, string Normalizer, string PreTokenizer, bool ByteLevel)
{
    private const int Merges = 12_000;
    private const string Bytes = """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}""";
    private const string Llama3 = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string DeepSeek = @"[!""#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The styles that are measured.</summary>
    public static IReadOnlyList<TokenizerStyle> All { get; } =
    [
        new("GPT-2", "null", """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}""", true),
        new("Llama 3", "null", Split(Llama3), true),
        new("Qwen2 (NFC)", """{"type": "NFC"}""", Split(Llama3.Replace("{1,3}", "", StringComparison.Ordinal)), true),
        new("DeepSeek (general regular expression)", "null", Split(@"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DeepSeek), true),
        new(
            "Llama 2 (SentencePiece-style)",
            """{"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}""",
            "null",
            false),
    ];

    /// <summary>Trains it on the documents and writes its file.</summary>
    public void Write(string path, string[] documents)
    {
        var trainer = new BpeTrainer(Alphabet(), Words(documents));
        List<(string Left, string Right)> merges = trainer.Learn(Merges);
        JsonNode tokenizer = JsonNode.Parse($$"""
            {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": {{Normalizer}}, "pre_tokenizer": {{PreTokenizer}},
             "post_processor": null, "decoder": null,
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": true,
                       "byte_fallback": {{(ByteLevel ? "false" : "true")}}, "ignore_merges": false} }
            """)!;
        tokenizer["model"]!["vocab"] = new JsonObject(trainer.Tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id)));
        tokenizer["model"]!["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)new JsonArray(merge.Left, merge.Right))]);
        File.WriteAllText(path, tokenizer.ToJsonString());
    }

    private static string Split(params string[] patterns)
    {
        IEnumerable<string> splits = patterns.Select(pattern =>
            $$$"""{"type": "Split", "pattern": {"Regex": {{{JsonValue.Create(pattern).ToJsonString()}}}}, "behavior": "Isolated", "invert": false}""");
        return $$"""{"type": "Sequence", "pretokenizers": [{{string.Join(", ", splits)}}, {{Bytes}}]}""";
    }

    private IEnumerable<string> Alphabet() => Enumerable.Range(0, 256).Select(value => ByteLevel ? ByteCharacter(value).ToString() : $"<0x{value:X2}>");

    private Dictionary<string, int> Words(string[] documents)
    {
        // Near enough to the styles' own words to learn from.
        var words = new Regex(ByteLevel ? @" ?\p{L}+| ?[^\s\p{L}\p{N}]+|\p{N}{1,3}|\s+" : @" ?[^ ]+| +", RegexOptions.CultureInvariant);
        return documents.SelectMany(document => words.Matches(document).Select(match => Spell(match.Value))).CountBy(word => word).ToDictionary();
    }

    private string Spell(string word) => ByteLevel
        ? string.Concat(System.Text.Encoding.UTF8.GetBytes(word).Select(value => ByteCharacter(value)))
        : word.Replace(' ', '▁');

    private static char ByteCharacter(int value)
    {
        int[] shifted = [.. Enumerable.Range(0, 256).Where(b => b is < '!' or (> '~' and < 0xA1) or 0xAD)];
        int index = Array.IndexOf(shifted, value);
        return (char)(index < 0 ? value : 256 + index);
    }
}
