using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Serverless.Inference.Sampling;

/// <summary>
/// The tokens among which one is drawn, found without sorting the vocabulary: tokens above a threshold are gathered, then
/// partitioned around pivots until the border of the wanted set is known (Hoare's quickselect, by count or by mass). Which
/// tokens are in, and their order, depends on the row alone; equal probabilities rank by token id.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    private readonly float[] weights = new float[vocabulary];
    private readonly int[] tokens = new int[vocabulary];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The candidates, in no order that means anything.</summary>
    public ReadOnlySpan<int> Tokens => tokens.AsSpan(0, Count);

    /// <summary>The sum of their weights.</summary>
    public double Mass { get; private set; }

    /// <summary>Takes all tokens of at least this weight.</summary>
    public void Gather(ReadOnlySpan<float> row, float threshold)
    {
        Count = 0;
        ref float first = ref MemoryMarshal.GetReference(row);
        var least = Vector256.Create(threshold);
        int i = 0;
        for (; i <= row.Length - 8; i += 8)
        {
            var values = Vector256.LoadUnsafe(ref first, (nuint)i);
            for (uint bits = Vector256.GreaterThanOrEqual(values, least).ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
                Add(row, i + BitOperations.TrailingZeroCount(bits));
        }

        for (; i < row.Length; i++)
        {
            if (row[i] >= threshold) Add(row, i);
        }

        Mass = Sum(0, Count);
    }

    /// <summary>Keeps the <paramref name="count"/> heaviest.</summary>
    public void KeepTop(int count)
    {
        if (count >= Count) return;
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int pivot = Partition(low, high);
            if (pivot + 1 == count || pivot == count) break;
            if (pivot > count) high = pivot;
            else low = pivot + 1;
        }

        Count = count;
        Mass = Sum(0, count);
    }

    /// <summary>Keeps the fewest of the heaviest whose weights add up to <paramref name="mass"/>; at least one.</summary>
    public void KeepMass(double mass)
    {
        int low = 0;
        int high = Count;
        double above = 0;

        // What stands before low is in and too light alone; what stands before high is heavy enough.
        while (high - low > 1)
        {
            int pivot = Partition(low, high);
            double front = above + Sum(low, pivot);
            if (front >= mass)
            {
                high = pivot;
                continue;
            }

            above = front + weights[pivot];
            low = pivot + 1;
            if (above >= mass) high = low;
        }

        Count = high;
        Mass = Sum(0, Count);
    }

    /// <summary>The token at this much of the mass.</summary>
    public int At(double mass)
    {
        for (int i = 0; i < Count - 1; i++)
        {
            mass -= weights[i];
            if (mass < 0) return tokens[i];
        }

        return tokens[Count - 1];
    }

    private void Add(ReadOnlySpan<float> row, int token)
    {
        weights[Count] = row[token];
        tokens[Count++] = token;
    }

    private double Sum(int from, int to)
    {
        double sum = 0;
        for (int i = from; i < to; i++) sum += weights[i];
        return sum;
    }

    /// <summary>Brings what ranks before the pivot in front of it and returns where the pivot came to stand.</summary>
    private int Partition(int low, int high)
    {
        int last = high - 1;
        Swap(MedianOfThree(low, low + ((high - low) / 2), last), last);
        int border = low;
        for (int i = low; i < last; i++)
        {
            if (Before(i, last)) Swap(i, border++);
        }

        Swap(border, last);
        return border;
    }

    private int MedianOfThree(int a, int b, int c)
    {
        if (Before(b, a)) (a, b) = (b, a);
        return Before(c, a) ? a : Before(c, b) ? c : b;
    }

    private bool Before(int a, int b) => weights[a] > weights[b] || (weights[a] == weights[b] && tokens[a] < tokens[b]);

    private void Swap(int a, int b)
    {
        (weights[a], weights[b]) = (weights[b], weights[a]);
        (tokens[a], tokens[b]) = (tokens[b], tokens[a]);
    }
}
