using System.Text.Json;
using System.Text.Unicode;

namespace Serverless.Inference.Loading;

/// <summary>The fields of one object of a JSON file. Every complaint names the file, the field, what was expected and what was found.</summary>
internal sealed class JsonFields
{
    private readonly Dictionary<string, JsonElement> fields = [];
    private readonly string prefix;

    private JsonFields(string file, string prefix, JsonElement json)
    {
        File = file;
        this.prefix = prefix;
        foreach (var property in json.EnumerateObject())
        {
            string name = Decoded(() => property.Name);
            if (!fields.TryAdd(name, property.Value)) throw ModelErrors.File(file, $"field {prefix}{name} appears twice.");
        }
    }

    /// <summary>The file that they come from.</summary>
    public string File { get; }

    /// <summary>Names as they are in the file.</summary>
    public IEnumerable<string> Names => fields.Keys;

    /// <summary>Reads a file whose root is an object.</summary>
    public static JsonFields Read(string path)
    {
        byte[] text;
        try
        {
            text = System.IO.File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ModelErrors.File(path, $"cannot be read: {e.Message}", e);
        }

        return Parse(path, text);
    }

    /// <summary>Reads UTF-8 text (a byte order mark is skipped) whose root is an object.</summary>
    public static JsonFields Parse(string path, ReadOnlyMemory<byte> text)
    {
        if (text.Span.StartsWith("\uFEFF"u8)) text = text[3..];
        if (!Utf8.IsValid(text.Span)) throw ModelErrors.File(path, "is not valid UTF-8.");
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw ModelErrors.File(path, $"expected a JSON object, found {Describe(root)}.");
            return new JsonFields(path, "", root.Clone());
        }
        catch (JsonException e)
        {
            throw ModelErrors.File(path, $"is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>Whether the file has the field, null or not.</summary>
    public bool Contains(string name) => fields.ContainsKey(name);

    /// <summary>Whether the field is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>The field's value; null if it is absent or null.</summary>
    public JsonElement? Find(string name) =>
        fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A whole number above zero that must be there.</summary>
    public int Size(string name) => OptionalSize(name) ?? throw ModelErrors.File(File, $"field {prefix}{name} is missing; expected a positive integer.");

    /// <summary>A whole number above zero.</summary>
    public int? OptionalSize(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size) && size > 0 ? size
        : throw Mismatch(name, "a positive integer", value);

    /// <summary>A whole number.</summary>
    public int? Integer(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number
        : throw Mismatch(name, "an integer", value);

    /// <summary>A finite number.</summary>
    public double? Number(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
        : throw Mismatch(name, "a number", value);

    /// <summary>true or false.</summary>
    public bool? Boolean(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Mismatch(name, "true or false", value);

    /// <summary>A text.</summary>
    public string? Text(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? Decoded(() => value.GetString()!)
        : throw Mismatch(name, "a string", value);

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw Mismatch(name, "a list of strings", value);
        return [.. value.EnumerateArray().Select(item => Decoded(() => item.GetString()!))];
    }

    /// <summary>One token id or a list of them; empty if the field is absent.</summary>
    public IReadOnlyList<int> TokenIds(string name)
    {
        if (Find(name) is not { } value) return [];
        JsonElement[] items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return [.. items.Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id) && id >= 0
            ? id : throw Mismatch(name, "a token id or a list of token ids", value))];
    }

    /// <summary>An object within this one.</summary>
    public JsonFields? Object(string name) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(File, $"{prefix}{name}.", value)
        : throw Mismatch(name, "an object", value);

    /// <summary>The complaint about a field whose value is not what it should be.</summary>
    public InferenceException Mismatch(string name, string expected, JsonElement found) =>
        ModelErrors.File(File, $"field {prefix}{name}: expected {expected}, found {Describe(found)}.");

    /// <summary>The complaint about a field that this engine cannot honour.</summary>
    public InferenceException Unsupported(string name, string supported) =>
        ModelErrors.Unsupported(File, prefix + name, Find(name) is { } value ? Describe(value) : "null", supported);

    /// <summary>JSON may escape half a surrogate pair, which is no text.</summary>
    private string Decoded(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw ModelErrors.File(File, "holds a text with an unpaired surrogate.", e);
        }
    }

    /// <summary>A value for a message: its JSON, cut when long.</summary>
    public static string Describe(JsonElement value)
    {
        string text = value.GetRawText().ReplaceLineEndings(" ");
        return text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "...");
    }
}
