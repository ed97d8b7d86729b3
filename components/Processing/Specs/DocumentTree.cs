using System.Text.Json.Nodes;

namespace Serverless.Processing.Specs;

/// <summary>A document and where its fields stand.</summary>
/// <param name="Root">The document.</param>
/// <param name="Lines">Path of a field to its line, counted from 1.</param>
internal sealed record DocumentTree(JsonNode? Root, IReadOnlyDictionary<string, int> Lines)
{
    /// <summary>The line of a path, or of the nearest field around it.</summary>
    public int LineOf(string path)
    {
        while (!Lines.ContainsKey(path) && path.Length > 0)
            path = path.LastIndexOfAny(['.', '[']) is var cut and >= 0 ? path[..cut] : "";
        return Lines.GetValueOrDefault(path, 1);
    }
}

/// <summary>A document that cannot be read at all.</summary>
/// <param name="line">Where, counted from 1.</param>
/// <param name="message">What is wrong.</param>
internal sealed class DocumentException(int line, string message) : Exception(message)
{
    public int Line => line;
}
