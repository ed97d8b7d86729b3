using System.Text;

namespace Serverless.Storage.Tables.Text;

/// <summary>
/// Takes a CSV record apart by the rules of <see cref="CsvScan"/>. A quote within an unquoted field stands for itself; text behind a
/// closing quote is an error.
/// </summary>
internal static class CsvFields
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Fills <paramref name="fields"/>; returns what is wrong with the record, null if nothing is.</summary>
    internal static string? Split(ReadOnlySpan<byte> record, byte delimiter, List<string> fields)
    {
        fields.Clear();
        while (true)
        {
            var quoted = record.StartsWith("\""u8);
            var length = quoted ? QuotedLength(record) : PlainLength(record, delimiter);
            if (length < 0) return $"the quote that opens field {fields.Count + 1} is not closed";
            if (quoted && length < record.Length && record[length] != delimiter)
                return $"field {fields.Count + 1} goes on behind its closing quote; a quote within a quoted field is doubled";
            try
            {
                var text = Strict.GetString(quoted ? record[1..(length - 1)] : record[..length]);
                fields.Add(quoted ? text.Replace("\"\"", "\"", StringComparison.Ordinal) : text);
            }
            catch (DecoderFallbackException)
            {
                return $"field {fields.Count + 1} is not valid UTF-8";
            }
            if (length == record.Length) return null;
            record = record[(length + 1)..];
        }
    }

    private static int PlainLength(ReadOnlySpan<byte> rest, byte delimiter) => rest.IndexOf(delimiter) is >= 0 and var length ? length : rest.Length;

    /// <summary>With both quotes; -1 if the second is missing.</summary>
    private static int QuotedLength(ReadOnlySpan<byte> rest)
    {
        for (var i = 1; ; i += 2)
        {
            var next = rest[i..].IndexOf((byte)'"');
            if (next < 0) return -1;
            i += next;
            if (i + 1 == rest.Length || rest[i + 1] != '"') return i + 1;
        }
    }
}
