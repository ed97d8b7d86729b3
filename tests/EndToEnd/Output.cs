using Serverless.Storage.Tables;

namespace Serverless.EndToEnd.Tests;

/// <summary>What a job left in its output folder.</summary>
internal static class Output
{
    /// <summary>All rows of all parts, in the order of the parts.</summary>
    public static List<Dictionary<string, object?>> ReadRows(string folder) => [.. Parts(folder).SelectMany(ReadPart)];

    public static IReadOnlyList<string> Parts(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "part-*.parquet").Order(StringComparer.Ordinal)] : [];

    private static List<Dictionary<string, object?>> ReadPart(string path)
    {
        using var file = ParquetFile.Open(path);
        return [.. file.ReadRows().Select(row => file.Schema.Columns.Select((column, i) => (column.Name, row[i])).ToDictionary(cell => cell.Name, cell => cell.Item2))];
    }
}
