using System.IO.Hashing;
using System.Text;

namespace Dapr.Sidecar.Store;

/// <summary>What a row's checksum column holds: XXH3 (64 bits) of its key and payload, so that a row that was cut, changed or moved is noticed.</summary>
internal static class Checksum
{
    /// <summary>Of a payload that belongs to a key.</summary>
    public static long Of(ReadOnlySpan<byte> payload, long key) => unchecked((long)XxHash3.HashToUInt64(payload, key));

    /// <summary>Of a payload that belongs to a textual key.</summary>
    public static long Of(ReadOnlySpan<byte> payload, string key) =>
        Of(payload, unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key))));
}
