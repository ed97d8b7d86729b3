namespace Serverless.Storage.Tables;

/// <summary>A row of a text file, or why it is none.</summary>
/// <param name="Offset">The file's byte at which the row starts.</param>
/// <param name="Line">The line in which it starts, 1 being the first of the range that is read.</param>
/// <param name="Values">Its values by column in the file's order; null if the row is bad.</param>
/// <param name="Error">What is wrong with the row; null if nothing is.</param>
public readonly record struct SourceRow(long Offset, long Line, IReadOnlyDictionary<string, object?>? Values, string? Error);

/// <summary>A part of a text file that holds whole rows.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte after the last.</param>
/// <param name="FirstRow">Position in the file of the first row in it.</param>
/// <param name="RowCount">Rows in it, bad ones counted.</param>
public sealed record RowRange(long Start, long End, long FirstRow, long RowCount);
