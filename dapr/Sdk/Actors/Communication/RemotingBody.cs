using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Dapr.Actors.Contracts;

namespace Dapr.Actors.Communication;

/// <summary>
/// What a typed call carries: <c>{"value":{parameter:argument}}</c> there and <c>{"value":{"retVal":result}}</c> back. Values are written as
/// their declared types, names by the serializer's naming policy.
/// </summary>
internal static class RemotingBody
{
    private const string Result = "retVal";

    public static byte[] WriteRequest(ActorMethod method, object?[] arguments, JsonSerializerOptions json) => Write(json, writer =>
    {
        for (var i = 0; i < method.Parameters.Count; i++)
        {
            writer.WritePropertyName(NameOf(method.Parameters[i].Name!, json));
            JsonSerializer.Serialize(writer, arguments[i], method.Parameters[i].ParameterType, json);
        }
    });

    public static byte[] WriteResponse<T>(T value, JsonSerializerOptions json) => Write(json, writer =>
    {
        writer.WritePropertyName(NameOf(Result, json));
        JsonSerializer.Serialize(writer, value, json);
    });

    /// <summary>The arguments, without the token. One that is not in the body is null, the default.</summary>
    public static object?[] ReadRequest(ActorMethod method, ReadOnlySpan<byte> body, JsonSerializerOptions json)
    {
        var arguments = new object?[method.Parameters.Count];
        if (body.IsEmpty)
        {
            return arguments;
        }

        var reader = new Utf8JsonReader(body, ActorJson.Reader(json));
        if (EnterValue(ref reader))
        {
            while (NextName(ref reader, out var name))
            {
                var index = IndexOf(method.Parameters, name, json);
                if (index < 0)
                {
                    reader.Skip();
                }
                else
                {
                    arguments[index] = JsonSerializer.Deserialize(ref reader, method.Parameters[index].ParameterType, json);
                }
            }
        }

        return arguments;
    }

    /// <summary>The result; the default when the body has none.</summary>
    public static T ReadResponse<T>(ReadOnlySpan<byte> body, JsonSerializerOptions json)
    {
        T? value = default;
        if (body.IsEmpty)
        {
            return value!;
        }

        var reader = new Utf8JsonReader(body, ActorJson.Reader(json));
        if (EnterValue(ref reader))
        {
            while (NextName(ref reader, out var name))
            {
                if (Matches(name, NameOf(Result, json), json))
                {
                    value = JsonSerializer.Deserialize<T>(ref reader, json);
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return value!;
    }

    private static byte[] Write(JsonSerializerOptions json, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, ActorJson.Writer(json)))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("value"u8);
            fields(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Steps into the object under "value"; false when it is null.</summary>
    private static bool EnterValue(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !NextName(ref reader, out var name) || name != "value")
        {
            throw new JsonException(
                "A typed call's body must be {\"value\":{...}}. A proxy and its actor must agree: set UseJsonSerialization = true on both.");
        }

        return reader.TokenType switch
        {
            JsonTokenType.Null => false,
            JsonTokenType.StartObject => true,
            _ => throw new JsonException("\"value\" in a typed call's body must be an object or null."),
        };
    }

    /// <summary>Steps to the next property's value; false at the end of the object.</summary>
    private static bool NextName(ref Utf8JsonReader reader, out string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            name = "";
            return false;
        }

        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    private static int IndexOf(IReadOnlyList<ParameterInfo> parameters, string name, JsonSerializerOptions json)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            if (Matches(name, NameOf(parameters[i].Name!, json), json))
            {
                return i;
            }
        }

        return -1;
    }

    private static string NameOf(string name, JsonSerializerOptions json) => json.PropertyNamingPolicy?.ConvertName(name) ?? name;

    private static bool Matches(string found, string wanted, JsonSerializerOptions json) =>
        string.Equals(found, wanted, json.PropertyNameCaseInsensitive ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
