using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Ids that are the same in every replay: name-based UUIDs (RFC 4122, version 5) over counters of the execution. The names are those of
/// the official SDK, so that an instance may move between the two.
/// </summary>
/// <param name="executionId">The id of the generation. Null or blank when the sidecar sends none: the instance's id takes its place.</param>
/// <param name="instanceId">The id of the instance.</param>
internal sealed class DeterministicIds(string? executionId, string instanceId)
{
    private static readonly Guid SeedNamespace = new("6f927a2e-9c7e-4a1d-9b8d-7a86f2e7f62f");

    private readonly string seed = string.IsNullOrWhiteSpace(executionId) ? instanceId : executionId;
    private Guid? executionNamespace;
    private int guids;

    private Guid Namespace => executionNamespace ??= Guid.TryParse(seed, out var parsed) ? parsed : NameBased(SeedNamespace, seed);

    /// <summary>The next id of the sequence.</summary>
    public Guid NewGuid() => NameBased(Namespace, string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{guids++}"));

    /// <summary>Skips an id of the sequence without computing it.</summary>
    public void SkipGuid() => guids++;

    /// <summary>The id of one call of an activity: 32 hexadecimal digits.</summary>
    public string TaskExecutionId(int taskId, string name) =>
        NameBased(Namespace, string.Create(CultureInfo.InvariantCulture, $"{instanceId}|activity|{taskId}|{name}")).ToString("N");

    private static Guid NameBased(Guid space, string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        Span<byte> input = 16 + length <= 512 ? stackalloc byte[16 + length] : new byte[16 + length];
        space.TryWriteBytes(input, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, input[16..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Version 5 of RFC 4122 is SHA-1; nothing here is a secret.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        var version = BinaryPrimitives.ReadUInt16BigEndian(hash[6..]);
        BinaryPrimitives.WriteUInt16BigEndian(hash[6..], (ushort)((version & 0x0FFF) | 0x5000));
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
