using System.Runtime.CompilerServices;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Contracts.Validation;
using Serverless.Processing.Rows;

namespace Serverless.Processing.Jobs;

/// <summary>
/// The output of a job with those of its retries laid over it: a row that a retry has run stands there as the last retry left it. Holds the rows of one
/// shard's retries at a time. A job that has not ended, and a retry that has not, are read as they are and not laid over.
/// </summary>
public sealed class RetriedOutput : IDisposable
{
    readonly JobOutput original;
    readonly IReadOnlyList<JobOutput> retries;

    RetriedOutput(JobOutput original, IReadOnlyList<JobOutput> retries) => (this.original, this.retries) = (original, retries);

    /// <summary>Opens the folders.</summary>
    /// <param name="uri">The job's output folder.</param>
    /// <param name="retries">Those of its retries, in their order.</param>
    /// <exception cref="JobException">One is no place for an output.</exception>
    public static RetriedOutput Open(string uri, IReadOnlyList<string> retries) => new(JobOutput.Open(uri), [.. retries.Select(JobOutput.Open)]);

    /// <summary>Reads rows, in the order of the input once the job has ended.</summary>
    /// <param name="onlyFailed">Only rows with an error.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async IAsyncEnumerable<Row> ReadRowsAsync(bool onlyFailed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rows = retries.Count > 0 && await original.ReadManifestAsync(cancellationToken) is { } manifest
            ? LaidOverAsync(manifest, cancellationToken)
            : original.ReadRowsAsync(onlyFailed: false, cancellationToken);
        await foreach (var row in rows)
        {
            if (!onlyFailed || row[OutputColumns.Error] is not null)
                yield return row;
        }
    }

    /// <summary>Closes the folders.</summary>
    public void Dispose()
    {
        original.Dispose();
        foreach (var retry in retries)
            retry.Dispose();
    }

    /// <summary>A retry's shards are what was left of the job's, so the parts of one shard begin at the same row.</summary>
    async IAsyncEnumerable<Row> LaidOverAsync(Manifest manifest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        SortedDictionary<long, List<(JobOutput Output, string Part)>> shards = [];
        Add(original, manifest);
        foreach (var retry in retries)
        {
            if (await retry.ReadManifestAsync(cancellationToken) is { } ended)
                Add(retry, ended);
        }

        foreach (var layers in shards.Values)
        {
            if (layers is [var only])
            {
                await foreach (var row in only.Output.ReadPartAsync(only.Part, cancellationToken))
                    yield return row;
                continue;
            }

            SortedDictionary<long, List<Row>> rows = [];
            foreach (var (output, part) in layers)
            {
                HashSet<long> seen = [];
                await foreach (var row in output.ReadPartAsync(part, cancellationToken))
                {
                    var index = (long)row[OutputColumns.RowIndex]!;
                    if (seen.Add(index))
                        rows[index] = [];
                    rows[index].Add(row);
                }
            }

            foreach (var row in rows.Values.SelectMany(samples => samples))
                yield return row;
        }

        void Add(JobOutput output, Manifest of)
        {
            foreach (var part in of.Parts)
            {
                if (!shards.TryGetValue(part.FirstRow, out var layers))
                    shards[part.FirstRow] = layers = [];
                layers.Add((output, part.Name));
            }
        }
    }
}
