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

    /// <summary>
    /// Folders and containers under which inputs, outputs and models must lie: <c>/data/team-a</c>, <c>az://team-a</c>, <c>hf://</c>. Default: everything.
    /// </summary>
    [JsonPropertyName("allowed_roots")]
    public IReadOnlyList<string>? AllowedRoots { get; init; }

    /// <summary>Places that a spec names and the tenant may not use.</summary>
    public IEnumerable<SpecError> Check(JobSpec spec)
    {
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
            if (value is not null && !AllowedRoots.Any(root => IsUnder(value, root)))
            {
                yield return new SpecError(path, $"{value} is outside of what this tenant may use: {string.Join(", ", AllowedRoots)}");
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
