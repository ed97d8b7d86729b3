using System.Text.Json.Serialization;
using Serverless.Contracts.Validation;

namespace Serverless.Api.Configuration;

/// <summary>How many requests a tenant may make, with all of its keys together: a bucket of tokens that fills evenly.</summary>
public sealed record RateLimit
{
    private const double Most = 100_000;

    /// <summary>Requests a second, in the long run: above 0, at most 100000.</summary>
    [JsonPropertyName("requests_per_second")]
    public required double RequestsPerSecond { get; init; }

    /// <summary>Requests at once after a pause. Default: those of one second, at least 1.</summary>
    [JsonPropertyName("burst")]
    public int? Burst { get; init; }

    /// <summary>Size of the bucket.</summary>
    internal int Tokens => Burst ?? (int)Math.Max(1, Math.Ceiling(RequestsPerSecond));

    internal IEnumerable<SpecError> Check(string path)
    {
        if (!(RequestsPerSecond > 0 && RequestsPerSecond <= Most))
        {
            yield return new SpecError($"{path}.requests_per_second", $"expected a number above 0 and at most {Most}, found {RequestsPerSecond}");
        }

        if (Burst < 1)
        {
            yield return new SpecError($"{path}.burst", $"expected at least 1, found {Burst}");
        }
    }
}
