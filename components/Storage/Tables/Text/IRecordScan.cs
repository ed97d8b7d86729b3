namespace Serverless.Storage.Tables.Text;

/// <summary>Where records of a text format end. A struct with state, as bytes arrive in pieces.</summary>
internal interface IRecordScan
{
    /// <summary>Forgets everything: a record starts.</summary>
    void Reset();

    /// <summary>Index in <paramref name="next"/>, the bytes that follow those seen since Reset, of the line feed that ends the record; -1 if it goes on.</summary>
    int FindEnd(ReadOnlySpan<byte> next);

    /// <summary>Whether a line (without its line break) is no record at all.</summary>
    bool IsBlank(ReadOnlySpan<byte> line);
}

/// <summary>A record is a line; one of white space only is none.</summary>
internal struct LineScan : IRecordScan
{
    public readonly void Reset()
    {
    }

    public readonly int FindEnd(ReadOnlySpan<byte> next) => next.IndexOf((byte)'\n');

    public readonly bool IsBlank(ReadOnlySpan<byte> line) => line.IndexOfAnyExcept((byte)' ', (byte)'\t', (byte)'\r') < 0;
}
