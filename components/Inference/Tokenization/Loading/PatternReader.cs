using Serverless.Inference.Tokenization.PreTokenizers;
using Serverless.Inference.Tokenization.Regex;
using Serverless.Inference.Tokenization.Text;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>Reads a pattern: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    /// <summary>The pattern; widely used regular expressions have scanners of their own.</summary>
    public static TextPattern Read(JsonPart json)
    {
        if (json["String"] is { IsNull: false } literal)
            return new LiteralPattern(literal.Text());

        JsonPart regex = json["Regex"];
        try
        {
            return (TextPattern?)KnownPatterns.Find(regex.Text()) ?? new RegexPattern(regex.Text());
        }
        catch (NotSupportedException error)
        {
            throw new InferenceException(
                InferenceErrorCodes.ModelUnsupported, $"{regex.File}: '{regex.Path}' is {regex.Text()}, which is not supported: {error.Message}.", error);
        }
    }
}
