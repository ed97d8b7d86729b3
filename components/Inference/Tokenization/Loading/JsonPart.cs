using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Serverless.Inference.Tokenization.Loading;

/// <summary>A value of a JSON file that knows where it stands, so that every complaint names file and field.</summary>
/// <param name="Value">The value.</param>
/// <param name="File">The file.</param>
/// <param name="Path">The field, such as <c>pre_tokenizer.pretokenizers[1]</c>.</param>
internal readonly record struct JsonPart(JsonElement Value, string File, string Path)
{
    /// <summary>Absent or null.</summary>
    public bool IsNull => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>The <c>type</c> of a component.</summary>
    public string Type => this["type"].Text();

    /// <summary>A field of an object; an undefined value if it is not there.</summary>
    public JsonPart this[string name]
    {
        get
        {
            if (Value.ValueKind != JsonValueKind.Object)
                throw Malformed("an object");
            JsonElement value = Value.TryGetProperty(name, out JsonElement found) ? found : default;
            return new JsonPart(value, File, Path.Length == 0 ? name : $"{Path}.{name}");
        }
    }

    /// <summary>The entries of an array.</summary>
    public IEnumerable<JsonPart> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
            throw Malformed("an array");
        JsonPart self = this;
        return Value.EnumerateArray().Select((item, index) => self with { Value = item, Path = $"{self.Path}[{index}]" });
    }

    /// <summary>The fields of an object.</summary>
    public IEnumerable<(string Name, JsonPart Value)> Fields()
    {
        if (Value.ValueKind != JsonValueKind.Object)
            throw Malformed("an object");
        JsonPart self = this;
        return Value.EnumerateObject().Select(field => (field.Name, self with { Value = field.Value, Path = $"{self.Path}.{field.Name}" }));
    }

    /// <summary>A string.</summary>
    public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Malformed("a string");

    /// <summary>A string, or null if the field is absent or null.</summary>
    public string? TextOrNull() => IsNull ? null : Text();

    /// <summary>A single UTF-16 character.</summary>
    public char Character() => Text() is [char only] ? only : throw Malformed("a single character");

    /// <summary>A boolean, or the default if the field is absent or null.</summary>
    public bool Flag(bool otherwise = false) => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => otherwise,
        _ => throw Malformed("true or false"),
    };

    /// <summary>A whole number that is not negative.</summary>
    public int Whole() =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int number) && number >= 0 ? number : throw Malformed("a whole number");

    /// <summary>The error for a value of the wrong kind.</summary>
    public InferenceException Malformed(string expected) =>
        new(InferenceErrorCodes.ModelFile, $"{File}: '{Path}' should be {expected}, but is {Shown()}.");

    /// <summary>The error for something that is valid but not supported.</summary>
    public InferenceException Unsupported(string what, string supported) =>
        new(InferenceErrorCodes.ModelUnsupported, $"{File}: '{Path}' is {what}, which is not supported. Supported: {supported}.");

    private string Shown()
    {
        if (Value.ValueKind == JsonValueKind.Undefined)
            return "missing";
        if (Value.ValueKind == JsonValueKind.String && Value.GetString() is { Length: <= 60 } text)
            return $"'{text}'";
        string raw = Value.GetRawText();
        return raw.Length <= 60 ? raw : string.Create(CultureInfo.InvariantCulture, $"{raw.AsSpan(0, 60)}... ({Encoding.UTF8.GetByteCount(raw)} bytes)");
    }
}
