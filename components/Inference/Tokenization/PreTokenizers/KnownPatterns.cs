using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.PreTokenizers;

/// <summary>The split patterns of widely used models that have scanners of their own, recognised by their exact text.</summary>
internal static class KnownPatterns
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string TiktokenContractions = "'(?i:[sdmt]|ll|ve|re)";
    private const string Spaces = @"\s+(?!\S)|\s+";
    private const string Lines = @"\s*[\r\n]+";

    private static readonly Dictionary<string, CoveringPattern> s_patterns = new()
    {
        [Gpt2Pattern.Regex] = new Gpt2Pattern(),

        // Llama 3, and cl100k as it is usually written.
        [$@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Lines}|{Spaces}"] = new Cl100kPattern(3, CodePoints.Letter),

        // cl100k as tiktoken writes it: possessive, and one line end behind greedy white space, which cuts the same.
        [$@"{TiktokenContractions}|[^\r\n\p{{L}}\p{{N}}]?+\p{{L}}++|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]++[\r\n]*|\s*[\r\n]|{Spaces}"] = new Cl100kPattern(3, CodePoints.Letter),

        // Qwen2, Qwen2.5, Qwen3: digits one by one.
        [$@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n]*|{Lines}|{Spaces}"] = new Cl100kPattern(1, CodePoints.Letter),

        // Later Qwen models: marks belong to words.
        [$@"{Contractions}|[^\r\n\p{{L}}\p{{N}}]?[\p{{L}}\p{{M}}]+|\p{{N}}| ?[^\s\p{{L}}\p{{M}}\p{{N}}]+[\r\n]*|{Lines}|{Spaces}"] =
            new Cl100kPattern(1, CodePoints.Letter | CodePoints.Mark),
    };

    /// <summary>The scanner of a pattern, or null.</summary>
    public static CoveringPattern? Find(string regex) => s_patterns.GetValueOrDefault(regex);
}
