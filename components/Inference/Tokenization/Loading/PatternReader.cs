using Serverless.Inference.Tokenization.PreTokenizers;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads a pattern: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    /// <summary>The pattern.</summary>
    public static TextPattern Read(JsonPart json)
    {
        if (json["String"] is { IsNull: false } literal)
            return new LiteralPattern(literal.Text());

        JsonPart regex = json["Regex"];
        return KnownPatterns.Find(regex.Text())
            ?? throw regex.Unsupported($"the regular expression {regex.Text()}", "the split patterns of GPT-2, cl100k, Llama 3 and Qwen");
    }
}
