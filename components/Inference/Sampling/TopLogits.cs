using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Serverless.Inference.Sampling;

/// <summary>Finds the few greatest logits of a row in one pass.</summary>
internal static class TopLogits
{
    /// <summary>Fills <paramref name="best"/> with the greatest logits, best first, equal ones by token id.</summary>
    public static void Find(ReadOnlySpan<float> logits, Span<TokenLogprob> best)
    {
        if (best.Length == 0) return;
        best.Fill(new TokenLogprob(-1, float.NegativeInfinity));
        ref float first = ref MemoryMarshal.GetReference(logits);
        int i = 0;
        for (; i <= logits.Length - 8; i += 8)
        {
            var least = Vector256.Create(best[^1].Logprob);
            if (best[^1].TokenId >= 0 && !Vector256.GreaterThanAny(Vector256.LoadUnsafe(ref first, (nuint)i), least)) continue;
            for (int j = i; j < i + 8; j++) Insert(best, j, logits[j]);
        }

        for (; i < logits.Length; i++) Insert(best, i, logits[i]);
    }

    private static void Insert(Span<TokenLogprob> best, int token, float logit)
    {
        if (best[^1].TokenId >= 0 && logit <= best[^1].Logprob) return;
        int place = best.Length - 1;
        for (; place > 0 && (best[place - 1].TokenId < 0 || best[place - 1].Logprob < logit); place--) best[place] = best[place - 1];
        best[place] = new TokenLogprob(token, logit);
    }
}
