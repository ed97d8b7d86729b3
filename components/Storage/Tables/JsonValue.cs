using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Serverless.Storage.Tables;

/// <summary>Table values as JSON and back.</summary>
public static class JsonValue
{
    internal static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The value at which the reader stands; it stands on the value's last token afterwards. Integers that fit are
    /// <see cref="long"/>, other numbers <see cref="double"/>.</summary>
    /// <exception cref="JsonException">Not JSON, a number out of range, or text that is not Unicode.</exception>
    public static object? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.True or JsonTokenType.False:
                return reader.GetBoolean();
            case JsonTokenType.Number:
                return ReadNumber(ref reader);
            case JsonTokenType.String:
                return ReadText(ref reader);
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(Read(ref reader));
                return list.ToArray();
            default:
                var fields = new Dictionary<string, object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = ReadText(ref reader);
                    reader.Read();
                    fields[name] = Read(ref reader);
                }
                return fields;
        }
    }

    /// <summary>The value of one JSON text.</summary>
    /// <exception cref="JsonException">Not JSON, a number out of range, or text that is not Unicode.</exception>
    public static object? Parse(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        var value = Read(ref reader);
        reader.Read();
        return value;
    }

    /// <summary>Writes a value; a number that is a whole Float64 keeps its ".0", so that it is read back as one.</summary>
    /// <exception cref="TableException">NaN or infinity, which JSON lacks, or a .NET type that is no table value.</exception>
    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long integer:
                writer.WriteNumberValue(integer);
                break;
            case double number:
                WriteNumber(writer, number);
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case IReadOnlyDictionary<string, object?> fields:
                writer.WriteStartObject();
                foreach (var (name, field) in fields)
                {
                    writer.WritePropertyName(name);
                    Write(writer, field);
                }
                writer.WriteEndObject();
                break;
            case IReadOnlyList<object?> list:
                writer.WriteStartArray();
                foreach (var element in list) Write(writer, element);
                writer.WriteEndArray();
                break;
            default:
                throw new TableException($"A .NET {value.GetType().Name} is not a table value (bool, long, double, string, list, dictionary).");
        }
    }

    /// <summary>A value as compact JSON text.</summary>
    public static string ToText(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) Write(writer, value);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    internal static string ReadText(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("Text is not valid UTF-8, or an escape is half of a surrogate pair.", null, null, reader.TokenStartIndex, e);
        }
    }

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer) && !reader.ValueSpan.SequenceEqual("-0"u8)) return integer;
        return reader.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw new JsonException("The number is out of range.", null, null, reader.TokenStartIndex);
    }

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (!double.IsFinite(number)) throw new TableException($"JSON has no {number}; write a string or null instead.");
        if (number == Math.Truncate(number) && Math.Abs(number) < 1e15) writer.WriteRawValue(number.ToString("F1"), skipInputValidation: true);
        else writer.WriteNumberValue(number);
    }
}
