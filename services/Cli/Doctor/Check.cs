using System.Text.Json.Serialization;

namespace Serverless.Cli.Doctor;

/// <summary>What a look at one part of the machine found.</summary>
/// <param name="Name">The part.</param>
/// <param name="Found">What is there.</param>
/// <param name="Status">Whether that is enough.</param>
/// <param name="Fix">What to do if it is not.</param>
internal sealed record Check(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("found")] string Found,
    [property: JsonPropertyName("status")] CheckStatus Status = CheckStatus.Ok,
    [property: JsonPropertyName("fix")] string? Fix = null);

/// <summary>Whether a part of the machine is as it should be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckStatus>))]
internal enum CheckStatus
{
    /// <summary>There, and good.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Works without it, or slower.</summary>
    [JsonStringEnumMemberName("optional")]
    Optional,

    /// <summary>Nothing runs without it.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,
}
