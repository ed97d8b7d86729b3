using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Serverless.Contracts.Results;

/// <summary>Whose output folder this is: <c>_job.json</c>, created only if absent, never changed.</summary>
public sealed record JobRecord
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "_job.json";

    /// <summary>Version of the folder's layout.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = 1;

    /// <summary>The job's id.</summary>
    [JsonPropertyName("job_id")]
    public required string JobId { get; init; }

    /// <summary>The job's name, if it has one.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>SHA-256 over the canonical form of <see cref="Identity"/>.</summary>
    [JsonPropertyName("fingerprint")]
    public required string Fingerprint { get; init; }

    /// <summary>When the folder was taken.</summary>
    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What the fingerprint covers, so that a changed job can be told what differs.</summary>
    [JsonPropertyName("identity")]
    public required JsonObject Identity { get; init; }
}
