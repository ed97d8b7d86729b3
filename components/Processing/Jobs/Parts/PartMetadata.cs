using System.Text.Json;
using Serverless.Contracts;
using Serverless.Contracts.Errors;
using Serverless.Contracts.Results;
using Serverless.Storage.Tables;

namespace Serverless.Processing.Jobs;

/// <summary>What a part says of itself in its Parquet key-value metadata; the only source of all counts.</summary>
internal sealed record PartMetadata
{
    const string Prefix = "serverless.";

    public required string Fingerprint { get; init; }

    public required int Shard { get; init; }

    public required long Rows { get; init; }

    public required long RowsFailed { get; init; }

    public required long Records { get; init; }

    public required Usage Usage { get; init; }

    public required IReadOnlyList<ErrorGroup> Errors { get; init; }

    public IReadOnlyDictionary<string, string> ToPairs() => new Dictionary<string, string>
    {
        [Prefix + "fingerprint"] = Fingerprint,
        [Prefix + "shard"] = Shard.ToString(),
        [Prefix + "rows"] = Rows.ToString(),
        [Prefix + "rows_failed"] = RowsFailed.ToString(),
        [Prefix + "records"] = Records.ToString(),
        [Prefix + "usage"] = JsonSerializer.Serialize(Usage, ContractsJson.Compact),
        [Prefix + "errors"] = JsonSerializer.Serialize(Errors, ContractsJson.Compact),
    };

    /// <summary>Reads a part's metadata and checks it against the file.</summary>
    /// <exception cref="JobException">It is no part of ours, or contradicts itself.</exception>
    public static async Task<PartMetadata> ReadAsync(Stream file, string name, CancellationToken cancellationToken)
    {
        try
        {
            var footer = await ParquetFooter.ReadAsync(file, cancellationToken);
            var pairs = footer.Metadata;
            var part = new PartMetadata
            {
                Fingerprint = pairs[Prefix + "fingerprint"],
                Shard = int.Parse(pairs[Prefix + "shard"]),
                Rows = long.Parse(pairs[Prefix + "rows"]),
                RowsFailed = long.Parse(pairs[Prefix + "rows_failed"]),
                Records = long.Parse(pairs[Prefix + "records"]),
                Usage = JsonSerializer.Deserialize<Usage>(pairs[Prefix + "usage"], ContractsJson.Compact)!,
                Errors = JsonSerializer.Deserialize<ErrorGroup[]>(pairs[Prefix + "errors"], ContractsJson.Compact)!,
            };
            return part.Records == footer.RowCount ? part : throw new FormatException($"its metadata says {part.Records} records, it holds {footer.RowCount}");
        }
        catch (Exception e) when (e is TableException or KeyNotFoundException or FormatException or OverflowException or JsonException)
        {
            throw new JobException(ErrorCodes.OutputCorrupt, $"{name} in the output folder is not a whole part that a job wrote: {e.Message}; remove it and run the job again to make it anew", e);
        }
    }

    /// <summary>Checks that a part that is there is the one that this job's shard would have.</summary>
    public void Check(string fingerprint, ShardRecord shard)
    {
        if (Fingerprint != fingerprint || Shard != shard.Shard || Rows != shard.Rows)
        {
            throw new JobException(ErrorCodes.OutputCorrupt,
                $"{shard.PartName} in the output folder is another job's: expected shard {shard.Shard} with {shard.Rows} rows of job {fingerprint[..12]}, "
                + $"found shard {Shard} with {Rows} rows of job {Fingerprint[..Math.Min(12, Fingerprint.Length)]}; remove it and run the job again to make it anew");
        }
    }
}
