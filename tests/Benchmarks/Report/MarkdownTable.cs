namespace Serverless.Benchmarks.Report;

/// <summary>A table as docs/benchmarks.md shows it.</summary>
public sealed class MarkdownTable(params string[] headers)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; it has as many cells as the table has headers.</summary>
    public void Add(params string[] cells)
    {
        if (cells.Length != headers.Length)
            throw new ArgumentException($"A row of this table has {headers.Length} cells, not {cells.Length}.", nameof(cells));
        _rows.Add(cells);
    }

    /// <summary>Writes the table and an empty line; all columns but the first are aligned to the right.</summary>
    public void Write(TextWriter output)
    {
        output.WriteLine($"| {string.Join(" | ", headers)} |");
        output.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", headers.Length - 1))}");
        foreach (string[] row in _rows) output.WriteLine($"| {string.Join(" | ", row)} |");
        output.WriteLine();
    }
}
