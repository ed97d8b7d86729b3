namespace Serverless.Storage.Tables.Text;

/// <summary>
/// Cuts the records out of a range of a stream: a record belongs to the range in which it starts. Skips a byte order mark at the file's
/// start and blank lines. Holds one record and a read-ahead; a record over the limit is passed over without being held.
/// </summary>
internal sealed class RecordReader<TScan>(Stream stream, RowRange range, int maxBytes, TScan scan) where TScan : struct, IRecordScan
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private TScan scan = scan;
    private byte[] buffer = new byte[1 << 16];
    private int head;
    private int tail;
    private long bufferOffset;
    private bool started;
    private long nextLine = range.FirstLine;
    private int length;
    private int markLength;

    /// <summary>The file's byte at which the record starts.</summary>
    internal long Offset { get; private set; }

    /// <summary>The file's byte after the record and its line break.</summary>
    internal long EndOffset => bufferOffset + head;

    /// <summary>The line in which the record starts.</summary>
    internal long Line { get; private set; }

    /// <summary>The line after the record.</summary>
    internal long EndLine => nextLine;

    /// <summary>Whether the record is over the limit; its bytes are not there then.</summary>
    internal bool IsTooLong { get; private set; }

    /// <summary>The record without its line break; valid until the next is read.</summary>
    internal ReadOnlySpan<byte> Bytes => buffer.AsSpan(head - length, length - LineBreak());

    /// <summary>Goes to the next record; false after the last that starts in the range.</summary>
    internal async ValueTask<bool> NextAsync(CancellationToken cancellation)
    {
        if (!started) await StartAsync(cancellation);
        started = true;
        do
        {
            if (!await ReadAsync(cancellation)) return false;
        }
        while (!IsTooLong && scan.IsBlank(Bytes));
        return true;
    }

    private async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        Offset = bufferOffset + head;
        Line = nextLine;
        IsTooLong = false;
        // The byte order mark belongs to the first line.
        if ((Offset == markLength ? 0 : Offset) >= range.End) return false;
        scan.Reset();
        var seen = head;
        int end;
        while ((end = scan.FindEnd(buffer.AsSpan(seen, tail - seen))) < 0)
        {
            seen = tail;
            if (tail - head > maxBytes)
            {
                IsTooLong = true;
                nextLine += buffer.AsSpan(head, tail - head).Count((byte)'\n');
                head = tail;
            }
            var kept = tail - head;
            if (!await FillAsync(cancellation))
            {
                if (bufferOffset + tail == Offset) return false;
                end = -1;
                break;
            }
            seen = head + kept;
        }
        var stop = end < 0 ? tail : seen + end + 1;
        length = stop - head;
        IsTooLong |= length - 1 > maxBytes;
        nextLine += buffer.AsSpan(head, length).Count((byte)'\n');
        head = stop;
        return true;
    }

    private async ValueTask StartAsync(CancellationToken cancellation)
    {
        // The byte before the range tells whether a record starts at its start.
        bufferOffset = Math.Max(0, range.Start - 1);
        if (stream.CanSeek) stream.Position = bufferOffset;
        else if (bufferOffset > 0) throw new NotSupportedException("A range inside a file needs a stream that can seek.");
        while (tail < ByteOrderMark.Length && await FillAsync(cancellation))
        {
        }
        if (range.Start == 0)
        {
            if (buffer.AsSpan(0, tail).StartsWith(ByteOrderMark)) head = markLength = ByteOrderMark.Length;
            return;
        }
        int lineFeed;
        while ((lineFeed = buffer.AsSpan(head, tail - head).IndexOf((byte)'\n')) < 0)
        {
            head = tail;
            if (!await FillAsync(cancellation)) return;
        }
        head += lineFeed + 1;
    }

    /// <summary>Reads more behind what is held; false at the end of the file.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (head > 0)
        {
            buffer.AsSpan(head, tail - head).CopyTo(buffer);
            bufferOffset += head;
            tail -= head;
            head = 0;
        }
        if (tail == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        var read = await stream.ReadAsync(buffer.AsMemory(tail), cancellation);
        tail += read;
        return read > 0;
    }

    private int LineBreak()
    {
        var record = buffer.AsSpan(head - length, length);
        return record.EndsWith("\r\n"u8) ? 2 : record.EndsWith("\n"u8) || record.EndsWith("\r"u8) ? 1 : 0;
    }
}
