using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Serverless.Processing.Specs;

/// <summary>Reads JSON and remembers on which lines its fields stand. Comments and trailing commas are allowed: people write these files.</summary>
internal static class JsonTree
{
    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    public static DocumentTree Read(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        try
        {
            var root = JsonNode.Parse(utf8, null, Lenient);
            return new DocumentTree(root, FindLines(utf8));
        }
        catch (JsonException e)
        {
            throw new DocumentException((int)(e.LineNumber ?? 0) + 1, Reason(e));
        }
    }

    /// <summary>Without the place at its end, which counts from 0.</summary>
    static string Reason(JsonException e) => e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var cut ? e.Message[..cut] : e.Message;

    static Dictionary<string, int> FindLines(ReadOnlySpan<byte> utf8)
    {
        var lines = new Dictionary<string, int> { [""] = 1 };
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var open = new Stack<(string Path, int Item)>();
        var (path, line, counted) = ("", 1, 0);
        while (reader.Read())
        {
            line += utf8[counted..(int)reader.TokenStartIndex].Count((byte)'\n');
            counted = (int)reader.TokenStartIndex;
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    var owner = open.Peek().Path;
                    path = owner.Length == 0 ? reader.GetString()! : $"{owner}.{reader.GetString()}";
                    lines.TryAdd(path, line);
                    continue;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    continue;
            }

            if (open.TryPop(out var list))
            {
                if (list.Item >= 0)
                    path = $"{list.Path}[{list.Item++}]";
                open.Push(list);
                lines.TryAdd(path, line);
            }

            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                open.Push((path, reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
        }

        return lines;
    }
}
