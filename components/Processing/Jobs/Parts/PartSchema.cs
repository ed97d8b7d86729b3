using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Output;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>
/// The one schema of a job's parts. A job file's is in the plan; what a C# function returns is only known when it has returned, so
/// there the first shard that is finished writes it down (create-if-absent) and every part follows it.
/// </summary>
internal sealed class PartSchema(OutputFolder output, JobPlan plan, EngineColumns engineColumns) : IDisposable
{
    readonly SemaphoreSlim deciding = new(1);
    volatile OutputSchema? known = plan.Schema is { } columns ? Of(plan, columns) : null;

    /// <summary>The schema, if it is known yet.</summary>
    public OutputSchema? Known => known;

    /// <summary>The schema; decided by these rows unless one was decided before.</summary>
    public async Task<OutputSchema> DecideAsync(IEnumerable<OutputRow> rows, CancellationToken cancellationToken)
    {
        if (known is { } schema)
            return schema;
        await deciding.WaitAsync(cancellationToken);
        try
        {
            if (known is null)
            {
                var record = await output.ReadAsync<SchemaRecord>(SchemaRecord.FileName, cancellationToken)
                    ?? await output.CreateOrReadAsync(SchemaRecord.FileName, new SchemaRecord(SchemaRecords.ToRecords(Infer(rows))), cancellationToken);
                known = Of(plan, record.Columns);
            }

            return known;
        }
        finally
        {
            deciding.Release();
        }
    }

    public void Dispose() => deciding.Dispose();

    static OutputSchema Of(JobPlan plan, IReadOnlyList<ColumnRecord> columns) =>
        new(SchemaRecords.FromRecords(columns), plan.InputColumns.Select(column => column.Name));

    /// <summary>What the functions return, then <c>row_index</c> and <c>error</c> if they left them out: every output has these.</summary>
    TableSchema Infer(IEnumerable<OutputRow> rows)
    {
        var inference = new SchemaInference();
        foreach (var row in rows.Where(row => row.Error is null))
            inference.Observe(row.Row);
        var planned = engineColumns.Columns.Concat(plan.InputColumns.Select(SchemaRecords.FromRecord)).ToLookup(column => column.Name);
        List<Column> columns = [.. inference.Columns().Select(column => planned[column.Name].FirstOrDefault(own => TypeInference.Fits(column.Type, own.Type)) ?? column)];
        foreach (var own in engineColumns.Columns.Where(own => IsAlwaysThere(own.Name)))
        {
            if (columns.Exists(column => column.Name != own.Name && column.Name.Equals(own.Name, StringComparison.OrdinalIgnoreCase)))
                throw new JobException(ErrorCodes.InvalidSpec, $"postprocess returns a column whose name differs from \"{own.Name}\" by case only; rename it");
            if (!columns.Exists(column => column.Name == own.Name))
                columns.Add(own);
        }

        return new TableSchema(columns);
    }

    static bool IsAlwaysThere(string name) =>
        name is Contracts.Validation.OutputColumns.RowIndex or Contracts.Validation.OutputColumns.SampleIndex or Contracts.Validation.OutputColumns.Error;
}
