using System.Text.Json;

namespace Dapr.Common.Serialization;

/// <summary>JSON by System.Text.Json. Default: camelCase names, read without regard to case (<see cref="JsonSerializerDefaults.Web"/>).</summary>
public class JsonDaprSerializer : IDaprSerializer
{
    private readonly JsonSerializerOptions options;

    /// <summary>JSON with the defaults.</summary>
    public JsonDaprSerializer()
        : this(JsonSerializerOptions.Web)
    {
    }

    /// <summary>JSON with options of one's own.</summary>
    public JsonDaprSerializer(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
    }

    /// <inheritdoc/>
    public string Serialize<T>(T value) => value is null ? "" : JsonSerializer.Serialize(value, options);

    /// <inheritdoc/>
    public string Serialize(object? value, Type? inputType = null) =>
        value is null ? "" : JsonSerializer.Serialize(value, inputType ?? value.GetType(), options);

    /// <inheritdoc/>
    public T? Deserialize<T>(string? data) => string.IsNullOrEmpty(data) ? default : JsonSerializer.Deserialize<T>(data, options);

    /// <inheritdoc/>
    public object? Deserialize(string? data, Type returnType)
    {
        ArgumentNullException.ThrowIfNull(returnType);
        return string.IsNullOrEmpty(data) ? null : JsonSerializer.Deserialize(data, returnType, options);
    }

    /// <summary>The value as UTF-8 JSON. Null becomes nothing at all.</summary>
    public byte[] SerializeToUtf8Bytes<T>(T value) => value is null ? [] : JsonSerializer.SerializeToUtf8Bytes(value, options);

    /// <summary>The value of UTF-8 JSON. Nothing at all becomes the type's default.</summary>
    public T? DeserializeFromUtf8Bytes<T>(ReadOnlySpan<byte> utf8Json) =>
        utf8Json.IsEmpty ? default : JsonSerializer.Deserialize<T>(utf8Json, options);
}
