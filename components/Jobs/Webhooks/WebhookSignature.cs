using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Serverless.Jobs.Webhooks;

/// <summary>Signatures of Standard Webhooks (standardwebhooks.com, version 1 of the symmetric scheme): HMAC-SHA256 over <c>id.timestamp.body</c>.</summary>
public static class WebhookSignature
{
    private const string SecretPrefix = "whsec_";

    /// <summary>The value of <c>webhook-signature</c>: one <c>v1,base64</c> for each secret.</summary>
    /// <param name="secrets">The secrets.</param>
    /// <param name="id">The message's id.</param>
    /// <param name="timestamp">When this attempt is made.</param>
    /// <param name="body">The body.</param>
    /// <exception cref="FormatException">A secret is none.</exception>
    public static string Of(IEnumerable<string> secrets, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp.ToUnixTimeSeconds()}."));
        byte[] message = [.. head, .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), message))));
    }

    /// <summary>The key of a secret's text.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static byte[] KeyOf(string secret)
    {
        var bytes = new byte[128];
        if (secret.StartsWith(SecretPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(secret[SecretPrefix.Length..], bytes, out var length) && length is >= 24 and <= 64)
        {
            return bytes[..length];
        }

        throw new FormatException("A webhook secret is whsec_ followed by 24 to 64 bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)");
    }
}
