namespace Serverless.Storage.Tables.Text;

/// <summary>Records of CSV (RFC 4180): a line feed within a quoted field does not end one. An empty line is none.</summary>
internal struct CsvScan(byte delimiter) : IRecordScan
{
    private enum State : byte
    {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }

    private State state;

    public void Reset() => state = State.FieldStart;

    public int FindEnd(ReadOnlySpan<byte> next)
    {
        for (var i = 0; i < next.Length;)
        {
            switch (state)
            {
                case State.FieldStart when next[i] == '"':
                    state = State.Quoted;
                    i++;
                    break;
                case State.QuoteInQuoted when next[i] == '"':
                    state = State.Quoted;
                    i++;
                    break;
                case State.Quoted:
                    if (Skip(next[i..].IndexOf((byte)'"'), ref i) < 0) return -1;
                    state = State.QuoteInQuoted;
                    break;
                default:
                    state = State.Plain;
                    if (Skip(next[i..].IndexOfAny(delimiter, (byte)'\n'), ref i) < 0) return -1;
                    if (next[i - 1] == '\n') return i - 1;
                    state = State.FieldStart;
                    break;
            }
        }
        return -1;
    }

    public readonly bool IsBlank(ReadOnlySpan<byte> line) => line.IsEmpty;

    /// <summary>Moves <paramref name="position"/> behind what was found <paramref name="distance"/> further on.</summary>
    private static int Skip(int distance, ref int position)
    {
        if (distance >= 0) position += distance + 1;
        return distance;
    }
}
