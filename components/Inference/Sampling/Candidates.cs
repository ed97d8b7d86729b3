using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Serverless.Inference.Sampling;

/// <summary>
/// The tokens among which one is drawn, found without sorting the vocabulary: tokens above a threshold are gathered, then
/// partitioned around pivots until the border of the wanted set is known (Hoare's quickselect, by count or by mass), and what
/// is left is put back in the order of token ids. Equal probabilities rank by token id.
/// </summary>
internal sealed class Candidates(int vocabulary)
{
    // More candidates than this are found again in the row, in order; fewer are sorted sooner.
    private const int SortedAtMost = 1024;

    private readonly float[] weights = new float[vocabulary];
    private readonly int[] tokens = new int[vocabulary];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The candidates by token id, the smallest first.</summary>
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
    /// <param name="row">The row that was gathered from.</param>
    /// <param name="count">How many; at least 1.</param>
    public void KeepTop(ReadOnlySpan<float> row, int count)
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

        Keep(row, count);
    }

    /// <summary>Keeps the fewest of the heaviest whose weights add up to <paramref name="mass"/>; at least one.</summary>
    /// <param name="row">The row that was gathered from.</param>
    /// <param name="mass">The sum.</param>
    public void KeepMass(ReadOnlySpan<float> row, double mass)
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

        Keep(row, high);
    }

    /// <summary>The token at this much of the mass, which is laid out in the order of token ids.</summary>
    public int At(double mass)
    {
        int last = 0;
        for (int i = 0; i < Count; i++)
        {
            if (weights[i] == 0) continue;
            last = i;
            mass -= weights[i];
            if (mass < 0) break;
        }

        // If rounding left a little over: the last token that has any probability.
        return tokens[last];
    }

    /// <summary>Keeps the first ones, by token id.</summary>
    private void Keep(ReadOnlySpan<float> row, int count)
    {
        Count = count;
        if (count <= SortedAtMost) tokens.AsSpan(0, count).Sort(weights.AsSpan(0, count));
        else GatherUpTo(row, Last());
        Mass = Sum(0, Count);
    }

    /// <summary>Which of the candidates ranks last.</summary>
    private (float Weight, int Token) Last()
    {
        int last = 0;
        for (int i = 1; i < Count; i++)
        {
            if (Before(last, i)) last = i;
        }

        return (weights[last], tokens[last]);
    }

    /// <summary>Takes all tokens that do not rank behind the last one.</summary>
    private void GatherUpTo(ReadOnlySpan<float> row, (float Weight, int Token) last)
    {
        Gather(row, last.Weight);
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            if (weights[i] == last.Weight && tokens[i] > last.Token) continue;
            (weights[count], tokens[count]) = (weights[i], tokens[i]);
            count++;
        }

        Count = count;
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
