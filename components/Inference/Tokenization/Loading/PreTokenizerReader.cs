using Serverless.Inference.Tokenization.PreTokenizers;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads the <c>pre_tokenizer</c> of a tokenizer.json.</summary>
internal static class PreTokenizerReader
{
    private const string Supported = "ByteLevel, Split, Metaspace, Digits, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, Sequence";

    /// <summary>The pre-tokenizers in order.</summary>
    /// <param name="json">The field; null cuts nothing.</param>
    /// <param name="byteLevel">The last step maps bytes, which is left to the model, so that it happens once a word.</param>
    public static PreTokenizerChain Read(JsonPart json, out bool byteLevel)
    {
        List<PreTokenizer> steps = [.. Steps(json)];
        byteLevel = steps is [.., ByteMapping];
        if (byteLevel)
            steps.RemoveAt(steps.Count - 1);
        return new PreTokenizerChain([.. steps]);
    }

    /// <summary>The steps, mapping of bytes included; none for null.</summary>
    public static IEnumerable<PreTokenizer> Steps(JsonPart json)
    {
        if (json.IsNull)
            return [];
        return json.Type switch
        {
            "Sequence" => json["pretokenizers"].Items().SelectMany(Steps),
            "ByteLevel" => ByteLevel(json),
            "Split" => [new Split(PatternReader.Read(json["pattern"]), Behavior(json["behavior"]), json["invert"].Flag())],
            "Metaspace" => [Metaspace(json)],
            "Digits" => [new Split(new KindPattern(CodePoints.Number), json["individual_digits"].Flag() ? SplitBehavior.Isolated : SplitBehavior.Contiguous, false)],
            "Punctuation" => [new Split(new PunctuationPattern(), json["behavior"].IsNull ? SplitBehavior.Isolated : Behavior(json["behavior"]), false)],
            "Whitespace" => [new Split(new WordPattern(), SplitBehavior.Removed, invert: true)],
            "WhitespaceSplit" => [new Split(new KindPattern(CodePoints.Space), SplitBehavior.Removed, false)],
            "CharDelimiterSplit" => [new Split(new LiteralPattern(json["delimiter"].Text()), SplitBehavior.Removed, false)],
            string other => throw json["type"].Unsupported(other, Supported),
        };
    }

    private static IEnumerable<PreTokenizer> ByteLevel(JsonPart json)
    {
        if (json["add_prefix_space"].Flag(otherwise: true))
            yield return new PrefixSpace();
        if (json["use_regex"].Flag(otherwise: true))
            yield return new Split(KnownPatterns.Find(Gpt2Pattern.Regex)!, SplitBehavior.Isolated, false);
        yield return new ByteMapping();
    }

    private static Metaspace Metaspace(JsonPart json)
    {
        PrependScheme scheme = MetaspaceScheme(json);
        return new Metaspace(json["replacement"].Character(), scheme, json["split"].Flag(otherwise: true));
    }

    /// <summary>The prepend scheme, from its own field or from the older <c>add_prefix_space</c>.</summary>
    public static PrependScheme MetaspaceScheme(JsonPart json)
    {
        JsonPart scheme = json["prepend_scheme"];
        if (!json["add_prefix_space"].Flag(otherwise: true))
            return PrependScheme.Never;
        return scheme.IsNull ? PrependScheme.Always : scheme.Text() switch
        {
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw scheme.Malformed("always, first or never"),
        };
    }

    private static SplitBehavior Behavior(JsonPart json) => json.Text() switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        _ => throw json.Malformed("Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
    };
}
