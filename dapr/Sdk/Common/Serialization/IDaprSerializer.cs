namespace Dapr.Common.Serialization;

/// <summary>Turns values into the text that a sidecar keeps, and back.</summary>
public interface IDaprSerializer
{
    /// <summary>The text of a value of a known type. Null becomes the empty string.</summary>
    string Serialize<T>(T value);

    /// <summary>The text of a value. Null becomes the empty string.</summary>
    /// <param name="value">The value.</param>
    /// <param name="inputType">The type as which it is written. Default: the value's own.</param>
    string Serialize(object? value, Type? inputType = null);

    /// <summary>The value of a text. Null and the empty string become the type's default.</summary>
    T? Deserialize<T>(string? data);

    /// <summary>The value of a text. Null and the empty string become null.</summary>
    object? Deserialize(string? data, Type returnType);
}
