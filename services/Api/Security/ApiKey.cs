using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Serverless.Api.Security;

/// <summary>What a key may do.</summary>
public static class Scopes
{
    /// <summary>Read jobs, results, workers.</summary>
    public const string Read = "read";

    /// <summary>Submit, cancel, pause, resume, retry, delete jobs.</summary>
    public const string Write = "write";

    /// <summary>Everything, the draining of workers too.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Read, Write, Admin];
}

/// <summary>A key as it is stored: its secret only as a hash.</summary>
/// <param name="Id">Names the key in lists and logs.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Tenant">Whose jobs it reaches.</param>
/// <param name="Scopes">Some of <see cref="Security.Scopes"/>.</param>
/// <param name="Hash">SHA-256 of the secret, hexadecimal: the secret has 256 random bits, so that nothing slower is needed.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">When it ends. Default: never.</param>
/// <param name="RevokedAt">When it was revoked. Default: it was not.</param>
public sealed record ApiKey(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("tenant")] string Tenant,
    [property: JsonPropertyName("scopes")] IReadOnlyList<string> Scopes,
    [property: JsonPropertyName("hash")] string Hash,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("expires_at")] DateTimeOffset? ExpiresAt = null,
    [property: JsonPropertyName("revoked_at")] DateTimeOffset? RevokedAt = null)
{
    private const string Prefix = "sk";

    /// <summary>Makes a key. The text is shown once and is nowhere else.</summary>
    public static (ApiKey Key, string Text) Create(string name, string tenant, IReadOnlyList<string> scopes, DateTimeOffset now, DateTimeOffset? expiresAt)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (new ApiKey(id, name, tenant, scopes, HashOf(secret), now, expiresAt), $"{Prefix}_{id}.{secret}");
    }

    /// <summary>Id and secret of a key's text; null if it is no key.</summary>
    public static (string Id, string Secret)? Parse(string text)
    {
        if (!text.StartsWith(Prefix + "_", StringComparison.Ordinal) || text.IndexOf('.', StringComparison.Ordinal) is var dot && dot < 0)
        {
            return null;
        }

        return (text[(Prefix.Length + 1)..dot], text[(dot + 1)..]);
    }

    /// <summary>Whether a secret is this key's, in constant time.</summary>
    public bool Matches(string secret) =>
        CryptographicOperations.FixedTimeEquals(Convert.FromHexString(Hash), SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Whether it opens anything now.</summary>
    public bool IsValidAt(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
