using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Processing.Output;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>
/// Makes the plan, or reads the one that stands in the output folder: shards and the one schema. The plan is a function of the
/// pinned input, so processes that plan at once write the same pages; <c>_plan.json</c> comes last.
/// </summary>
internal sealed class Planner(JobDefinition job, OutputFolder output, EngineColumns engineColumns)
{
    /// <summary>The plan in the output folder; null if there is none.</summary>
    public Task<JobPlan?> ReadAsync(CancellationToken cancellationToken) => output.ReadAsync<JobPlan>(JobPlan.FileName, cancellationToken);

    /// <summary>Makes a plan of what was seen of the files, leaving nothing behind.</summary>
    public async Task<PlanDraft> DraftAsync(IReadOnlyList<InputFileRecord> files, IFileScans scans, CancellationToken cancellationToken)
    {
        var draft = new PlanDraft(files, scans, job.Dataset.RowLimit ?? long.MaxValue, job.Spec.BatchSize);
        var seen = new SchemaInference();
        await foreach (var scan in draft.ScansAsync(cancellationToken))
        {
            seen.Merge(scan.Columns);
            draft.Rows += scan.Rows;
        }

        if (draft.Rows == 0)
            throw new JobException(ErrorCodes.InvalidInput, NoRows);
        var columns = seen.Columns();
        draft.InputColumns = [.. KeptColumns.Of(job.Spec, columns).Select(SchemaRecords.ToRecord)];
        if (job.HasPlannedColumns)
        {
            if (await FirstRowAsync(files, draft, cancellationToken) is { } first)
                job.Program.TryOn(columns, first);
            draft.Schema = SchemaRecords.ToRecords(PlanColumns(columns));
        }

        return draft;
    }

    /// <summary>Writes a draft, page by page, unless there is a plan; gives the one that is then there.</summary>
    public async Task<JobPlan> WriteAsync(PlanDraft draft, string fingerprint, CancellationToken cancellationToken)
    {
        var shards = 0;
        await foreach (var page in draft.PagesAsync(cancellationToken))
        {
            await output.CreateOrReadAsync(JobPlan.PageName(shards / JobPlan.ShardsPerPage), new PlanPage(page), cancellationToken);
            shards += page.Count;
        }

        var plan = new JobPlan
        {
            Fingerprint = fingerprint,
            Rows = draft.Rows,
            Shards = shards,
            Files = draft.Files,
            InputColumns = draft.InputColumns,
            Schema = draft.Schema,
        };
        return await output.CreateOrReadAsync(JobPlan.FileName, plan, cancellationToken);
    }

    string NoRows => job.Spec.Input switch
    {
        { FailedRowsOf: { } output } => $"no row failed in {output}",
        { Uri: { } uri } => $"the input {uri} has no rows",
        _ => "the input has no rows",
    };

    /// <summary>The first row that can be read, to try templates on.</summary>
    async Task<Row?> FirstRowAsync(IReadOnlyList<InputFileRecord> files, PlanDraft draft, CancellationToken cancellationToken)
    {
        await foreach (var shard in draft.ShardsAsync(cancellationToken))
        {
            await foreach (var input in job.Dataset.Source.ReadAsync(files, shard, cancellationToken))
            {
                if (input.Error is null)
                    return input.Row;
            }
        }

        return null;
    }

    /// <summary>Input, engine and postprocess columns, in this order.</summary>
    TableSchema PlanColumns(IReadOnlyList<Column> input)
    {
        var visible = input.Where(column => !engineColumns.Names.Contains(column.Name)).Concat(engineColumns.Columns).ToList();
        List<Column> columns = [.. KeptColumns.Of(job.Spec, input)];
        AddUnlessTaken(engineColumns.Columns, "that the engine writes");
        AddUnlessTaken(job.Program.PlanColumns(visible), "that postprocess makes");
        return new TableSchema(columns);

        void AddUnlessTaken(IEnumerable<Column> added, string whose)
        {
            foreach (var column in added)
            {
                if (columns.Find(known => known.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase)) is { } taken)
                {
                    throw new JobException(ErrorCodes.InvalidSpec,
                        $"the input's column \"{taken.Name}\" has the name of a column {whose}; rename one of them, or set output.keep_input to false");
                }

                columns.Add(column);
            }
        }
    }
}
