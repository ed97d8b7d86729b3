using System.Runtime.InteropServices;

namespace Serverless.Conformance.Tests.Kernels;

/// <summary>Comparison of results bit by bit.</summary>
internal static class Bits
{
    public static void ShouldHaveTheBitsOf(this float[] actual, ReadOnlySpan<float> expected)
    {
        actual.Length.ShouldBe(expected.Length);
        int same = MemoryMarshal.Cast<float, int>(actual.AsSpan()).CommonPrefixLength(MemoryMarshal.Cast<float, int>(expected));
        same.ShouldBe(expected.Length, same == expected.Length ? "" : $"number {same} is {actual[same]:R}, not {expected[same]:R}");
    }

    public static void ShouldHaveTheBitsOf(this float[][] actual, float[][] expected)
    {
        actual.Length.ShouldBe(expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            actual[i].ShouldHaveTheBitsOf(expected[i]);
        }
    }
}
