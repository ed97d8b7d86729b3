namespace Serverless.Storage.Tables;

/// <summary>A row of a text file, or why it is none.</summary>
/// <param name="Row">Its position in the file, 0 being the first; bad rows count, blank lines do not.</param>
/// <param name="Line">The line in which it starts, 1 being the file's first.</param>
/// <param name="Offset">The file's byte at which it starts.</param>
/// <param name="Values">Its values by column, in the file's order; null if the row is bad.</param>
/// <param name="Error">What is wrong with the row; null if nothing is.</param>
public readonly record struct SourceRow(long Row, long Line, long Offset, NamedValues? Values, string? Error);

/// <summary>A part of a text file: the rows that start in it.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte after the last; a row that starts before it belongs to the range as a whole.</param>
/// <param name="FirstRow">Position in the file of the first row. Default: 0.</param>
/// <param name="FirstLine">The line at <paramref name="Start"/>. Default: 1.</param>
public sealed record RowRange(long Start, long End, long FirstRow = 0, long FirstLine = 1)
{
    /// <summary>The whole file.</summary>
    public static RowRange All { get; } = new(0, long.MaxValue);
}
