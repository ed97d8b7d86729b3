using System.Text.Json.Serialization;
using Serverless.Contracts.Specs;
using Serverless.Contracts.Validation;
using Serverless.Storage.Blobs;

namespace Serverless.Jobs.Tenants;

/// <summary>What a tenant may do.</summary>
public sealed record TenantPolicy
{
    /// <summary>Everything.</summary>
    public static TenantPolicy Unlimited { get; } = new();

    /// <summary>Jobs that have not ended, at once. Default: no limit.</summary>
    [JsonPropertyName("max_jobs")]
    public int? MaxJobs { get; init; }

    /// <summary>Rows of one job. Default: no limit.</summary>
    [JsonPropertyName("max_rows")]
    public long? MaxRows { get; init; }

    /// <summary>
    /// Folders and containers under which inputs, outputs and models must lie: <c>/data/team-a</c>, <c>az://team-a</c>, <c>hf://</c>. Default: everything.
    /// </summary>
    [JsonPropertyName("allowed_roots")]
    public IReadOnlyList<string>? AllowedRoots { get; init; }

    /// <summary>Whether the tenant may use a folder, a container or a model of a hub.</summary>
    public bool Allows(string place) => AllowedRoots is null || AllowedRoots.Any(root => IsUnder(place, root));

    /// <summary>Places that a spec names and the tenant may not use.</summary>
    public IEnumerable<SpecError> Check(JobSpec spec)
    {
        if (spec.Input is { Items: { } items, FailedRowsOf: null } && RowsRefusal(Math.Min(items.Count, spec.Input.Limit ?? long.MaxValue)) is { } refusal)
        {
            yield return new SpecError("input.items", refusal);
        }

        if (AllowedRoots is null)
        {
            yield break;
        }

        (string Path, string? Value)[] places =
        [
            ("model.source", spec.Model.Engine is EngineKind.Local ? spec.Model.Source : null), ("input.uri", spec.Input.Uri),
            ("input.failed_rows_of", spec.Input.FailedRowsOf), ("output.uri", spec.Output.Uri),
        ];
        foreach (var (path, value) in places)
        {
            if (value is not null && !Allows(value))
            {
                yield return new SpecError(path, $"{value} is outside of what this tenant may use: {string.Join(", ", AllowedRoots)}");
            }
        }
    }

    /// <summary>Why a job of so many rows is refused; null if it is not.</summary>
    public string? RowsRefusal(long rows) =>
        rows > MaxRows ? $"the input has {rows} rows, and jobs of this tenant may have {MaxRows} (max_rows); cut it into several jobs, or set input.limit" : null;

    /// <summary>What is wrong with the policy itself.</summary>
    /// <param name="path">Where it stands.</param>
    public IEnumerable<SpecError> Check(string path)
    {
        foreach (var (name, limit) in new[] { ("max_jobs", MaxJobs), ("max_rows", MaxRows) })
        {
            if (limit < 1)
            {
                yield return new SpecError($"{path}.{name}", $"expected at least 1, found {limit}");
            }
        }

        foreach (var (root, index) in (AllowedRoots ?? []).Select((root, index) => (root, index)))
        {
            if (Canonical(root) is null)
            {
                yield return new SpecError($"{path}.allowed_roots[{index}]", $"expected a folder, az://container/path or hf://, found \"{root}\"");
            }
        }
    }

    private static bool IsUnder(string value, string root)
    {
        var (place, top) = (Canonical(value), Canonical(root));
        return place is not null && top is not null
            && (place.Equals(top, StringComparison.Ordinal) || place.StartsWith(top.EndsWith('/') ? top : top + "/", StringComparison.Ordinal));
    }

    /// <summary>One way to write a place: links and <c>..</c> cannot leave a root by it. Null for what is no place.</summary>
    private static string? Canonical(string value)
    {
        if (value.StartsWith("hf://", StringComparison.OrdinalIgnoreCase))
        {
            return value;
        }

        try
        {
            return BlobUri.Parse(value).ToString().TrimEnd('/');
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
