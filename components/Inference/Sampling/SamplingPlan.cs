using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Serverless.Inference.Sampling;

/// <summary>Sampling parameters in the form that the loop needs them. Immutable, shared by the sequences of a group.</summary>
internal sealed class SamplingPlan
{
    /// <summary>Below this temperature sampling is greedy, as in vLLM.</summary>
    private const float LeastTemperature = 1e-5f;

    private readonly int[] endTokens;

    /// <summary>Prepares parameters that were checked.</summary>
    /// <param name="sampling">The parameters.</param>
    /// <param name="eosTokens">The model's own end-of-sequence tokens.</param>
    /// <param name="engineSeed">Seed of requests that have none.</param>
    /// <param name="prompt">The prompt's tokens.</param>
    public SamplingPlan(SamplingParams sampling, IReadOnlyList<int> eosTokens, long engineSeed, ReadOnlySpan<int> prompt)
    {
        Params = sampling;
        IsGreedy = sampling.Temperature < LeastTemperature;
        Scale = IsGreedy ? 1 : 1 / sampling.Temperature;
        endTokens = sampling.IgnoreEos ? [.. sampling.StopTokenIds] : [.. eosTokens, .. sampling.StopTokenIds];
        MaskedAtFirst = sampling.MinTokens == 0 ? [] : [.. eosTokens, .. sampling.StopTokenIds];
        Bias = sampling.LogitBias is null ? [] : [.. sampling.LogitBias];
        HasPenalties = sampling.RepetitionPenalty != 1 || sampling.PresencePenalty != 0 || sampling.FrequencyPenalty != 0;
        Seed = IsGreedy ? 0 : sampling.Seed is { } seed ? (ulong)seed : DeriveSeed(engineSeed, prompt);
    }

    /// <summary>The parameters.</summary>
    public SamplingParams Params { get; }

    /// <summary>Take the best token.</summary>
    public bool IsGreedy { get; }

    /// <summary>One over the temperature.</summary>
    public float Scale { get; }

    /// <summary>Tokens that may not come before <see cref="SamplingParams.MinTokens"/>.</summary>
    public int[] MaskedAtFirst { get; }

    /// <summary>Added to logits.</summary>
    public KeyValuePair<int, float>[] Bias { get; }

    /// <summary>Whether tokens must be counted.</summary>
    public bool HasPenalties { get; }

    /// <summary>Key of the random numbers.</summary>
    public ulong Seed { get; }

    /// <summary>Whether the token ends a completion.</summary>
    public bool IsEnd(int token) => endTokens.AsSpan().Contains(token);

    /// <summary>The same prompt under the same engine seed samples the same text, in this run and the next.</summary>
    private static ulong DeriveSeed(long engineSeed, ReadOnlySpan<int> prompt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> buffer = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64LittleEndian(buffer, engineSeed);
        hash.AppendData(buffer[..sizeof(long)]);
        hash.AppendData(MemoryMarshal.AsBytes(prompt));
        hash.GetHashAndReset(buffer);
        return BinaryPrimitives.ReadUInt64LittleEndian(buffer);
    }
}
