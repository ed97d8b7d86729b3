namespace Serverless.Storage.Tables;

/// <summary>How JSONL and CSV files are read.</summary>
public sealed class TextTableOptions
{
    /// <summary>Bytes of the longest row that is read; a longer one is that row's error. Default: 16 MB.</summary>
    public int MaxRowBytes { get; init; } = 16 << 20;

    /// <summary>What stands between the fields of a CSV file; ASCII. Default: a comma. <see cref="DelimiterOf"/> tells by file name.</summary>
    public char Delimiter
    {
        get;
        init => field = char.IsAscii(value) && value is not ('"' or '\r' or '\n')
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A delimiter is one ASCII character that is neither a quote nor a line break.");
    } = ',';

    /// <summary>A tabulator for <c>.tsv</c> and <c>.tab</c>, a comma for all others.</summary>
    public static char DelimiterOf(string fileName) =>
        Path.GetExtension(fileName).ToLowerInvariant() is ".tsv" or ".tab" ? '\t' : ',';
}
