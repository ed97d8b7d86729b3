using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Output;

/// <summary>Finds the columns of rows and their types, in order of first appearance.</summary>
internal sealed class SchemaInference
{
    readonly OrderedDictionary<string, TypeInference> columns = [];

    public void Observe(Row row)
    {
        foreach (var (name, value) in row)
            ColumnOf(name).Observe(value);
    }

    /// <summary>Takes the columns that a file states.</summary>
    public void Declare(TableSchema schema)
    {
        foreach (var (name, type) in schema.Columns)
            ColumnOf(name).Declare(type);
    }

    /// <summary>What was seen so far, for another process to go on from.</summary>
    /// <exception cref="JobException">Names that no table can have side by side.</exception>
    public IReadOnlyList<ColumnRecord> ToRecords()
    {
        CheckNames();
        return [.. columns.Select(column => new ColumnRecord(column.Key, column.Value.ToRecord()))];
    }

    /// <summary>Takes what another one saw.</summary>
    public void Merge(IReadOnlyList<ColumnRecord> seen)
    {
        foreach (var (name, type) in seen)
            ColumnOf(name).Merge(type);
    }

    TypeInference ColumnOf(string name) => columns.TryGetValue(name, out var column) ? column : columns[name] = new TypeInference();

    /// <exception cref="JobException">Names that no table can have side by side.</exception>
    public IReadOnlyList<Column> Columns()
    {
        CheckNames();
        return [.. columns.Select(column => new Column(column.Key, column.Value.Type))];
    }

    void CheckNames()
    {
        foreach (var clash in columns.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            throw new JobException(ErrorCodes.InvalidInput,
                $"the input has columns whose names differ by case only ({string.Join(", ", clash)}); readers of Parquet take those for one: rename one of them");
        }

        if (columns.Keys.FirstOrDefault(name => name.Length == 0 || name.Contains('\0', StringComparison.Ordinal)) is { } unnamed)
        {
            throw new JobException(ErrorCodes.InvalidInput,
                $"the input has a column whose name {(unnamed.Length == 0 ? "is empty" : "has a NUL character in it")}; no table can have that: rename it");
        }
    }
}
