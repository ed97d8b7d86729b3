using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Serverless.Processing.Specs;

/// <summary>
/// Reads YAML as the JSON that it means, by the core schema of YAML 1.2: plain <c>true</c>, <c>null</c> and numbers are themselves, anything
/// quoted and everything else is text (<c>no</c> is no truth value).
/// </summary>
internal sealed partial class YamlTree
{
    /// <summary>Aliases repeat what they name; a few lines of them could ask for more than any job needs.</summary>
    const int MaxNodes = 1_000_000;

    /// <summary>As deep as JSON may be.</summary>
    const int MaxDepth = 64;

    readonly Dictionary<string, int> lines = [];
    int nodes;

    public static DocumentTree Read(string text)
    {
        var stream = new YamlStream();
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        try
        {
            CheckDepth(text);
            stream.Load(parser);
        }
        catch (YamlException e)
        {
            throw new DocumentException((int)e.Start.Line, e.Message);
        }
        catch (InvalidOperationException)
        {
            // The parser's answer to brackets that are left open.
            throw new DocumentException((int)(parser.Current?.Start.Line ?? 1), "the YAML cannot be read: is a bracket or a quote open?");
        }

        if (stream.Documents.Count != 1)
            throw new DocumentException(1, $"expected one YAML document, found {stream.Documents.Count}");
        var tree = new YamlTree();
        var root = tree.Convert(stream.Documents[0].RootNode, "", 0);
        return new DocumentTree(root, tree.lines);
    }

    /// <summary>The library reads documents recursively: brackets that nest for ever must not reach it.</summary>
    static void CheckDepth(string text)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        var depth = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
                throw TooDeep(parser.Current.Start);
        }
    }

    static DocumentException TooDeep(Mark start) => new((int)start.Line, $"the document is nested more than {MaxDepth} levels deep");

    JsonNode? Convert(YamlNode node, string path, int depth)
    {
        // An alias may stand inside what it names.
        if (depth > MaxDepth)
            throw TooDeep(node.Start);
        if (++nodes > MaxNodes)
            throw new DocumentException((int)node.Start.Line, $"the document has more than {MaxNodes} values");
        lines.TryAdd(path, (int)node.Start.Line);
        return node switch
        {
            YamlMappingNode mapping => ConvertMapping(mapping, path, depth + 1),
            YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select((child, i) => Convert(child, $"{path}[{i}]", depth + 1))]),
            YamlScalarNode scalar => ConvertScalar(scalar),
            _ => throw new DocumentException((int)node.Start.Line, $"{path}: cannot be read"),
        };
    }

    JsonObject ConvertMapping(YamlMappingNode mapping, string path, int depth)
    {
        var record = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name })
                throw new DocumentException((int)key.Start.Line, $"{path}: a name must be a text");
            var at = path.Length == 0 ? name : $"{path}.{name}";
            lines[at] = (int)key.Start.Line;
            record[name] = Convert(value, at, depth);
        }

        return record;
    }

    static JsonValue? ConvertScalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str"))
            return JsonValue.Create(text);
        if (text is "" or "~" or "null" or "Null" or "NULL")
            return null;
        if (text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
            return JsonValue.Create(text[0] is 't' or 'T');
        if (WholeNumber().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            return JsonValue.Create(integer);
        return Number().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : JsonValue.Create(text);
    }

    [GeneratedRegex("^[-+]?[0-9]+$", RegexOptions.NonBacktracking)]
    private static partial Regex WholeNumber();

    [GeneratedRegex("^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
