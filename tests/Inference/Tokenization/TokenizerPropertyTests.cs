using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Tokenization;
using Serverless.Inference.Tokenization.Bpe;

namespace Serverless.Inference.Tests.Tokenization;

public sealed class TokenizerPropertyTests
{
    private static readonly Tokenizer s_llama3 = Load("llama3");
    private static readonly Tokenizer s_llama2 = Load("llama2");

    [Fact]
    public void Byte_level_tokens_decode_to_the_text_with_lone_surrogates_replaced() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Texts(), text =>
            s_llama3.Decode(s_llama3.Encode(text)) == Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Decoding_step_by_step_is_decoding_at_once() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(-2, 1300).ArrayOf().ToArbitrary(), ids =>
            StepByStep(s_llama3, ids) == s_llama3.Decode(ids) && StepByStep(s_llama2, ids) == s_llama2.Decode(ids)));

    [Fact]
    public void Long_words_merge_as_short_ones_do()
    {
        const int Symbols = 3;
        var random = new Random(5);
        List<(int Left, int Right)> learned = [];
        while (learned.Count < 120)
        {
            int known = Math.Min(Symbols + learned.Count, 12);
            (int, int) pair = (random.Next(known), random.Next(known));
            if (!learned.Contains(pair))
                learned.Add(pair);
        }

        // Ranks in another order than the one the tokens came in.
        (int Left, int Right)[] pairs = [.. learned];
        int[] ranks = [.. Enumerable.Range(0, pairs.Length)];
        random.Shuffle(ranks);
        var merges = new MergeTable(pairs.Length);
        for (int i = 0; i < pairs.Length; i++)
            merges.Add(pairs[i].Left, pairs[i].Right, ranks[i], Symbols + i);
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, Symbols - 1).ArrayOf(120).ToArbitrary(), symbols =>
        {
            int[] long120 = [.. symbols];
            int[] merged = long120[..new Merger(merges).Merge(long120)];
            return merged.SequenceEqual(MergeNaively(symbols, pairs, ranks));
        }));
    }

    [Fact]
    public void Words_are_found_again_after_the_cache_has_been_full()
    {
        var cache = new WordCache();
        for (int i = 0; i < 200_000; i++)
        {
            string word = $"w{i}";
            ulong hash = WordCache.Hash(word);
            cache.TryGet(word, hash, out _).ShouldBeFalse();
            cache.Add(word, hash, [i, -i]);
            cache.TryGet(word, hash, out ReadOnlySpan<int> ids).ShouldBeTrue();
            ids.SequenceEqual([i, -i]).ShouldBeTrue();
        }
    }

    [Fact]
    public void Many_threads_get_the_same_tokens_as_one()
    {
        string[] texts = Fixture.Texts();
        int[][] expected = [.. texts.Select(text => s_llama3.Encode(text))];
        Tokenizer shared = Load("llama3");
        Parallel.For(0, 8 * texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            int at = i * 31 % texts.Length;
            int[] ids = shared.Encode(texts[at]);
            if (!ids.AsSpan().SequenceEqual(expected[at]) || shared.Decode(ids) != s_llama3.Decode(expected[at]))
                throw new InvalidOperationException($"Text {at} gave other tokens.");
        });
    }

    private static Arbitrary<string> Texts() =>
        Gen.OneOf(
            Gen.Elements("the", " children", "12345", "\r\n", "  ", "\u00E9\u0301", "\u4F60\u597D", "\U0001F469\u200D\U0001F680", "\uD83D", "\uDE00", "'S", "\u3000"),
            Gen.Choose(0, 0xFFFF).Select(unit => ((char)unit).ToString()))
        .ArrayOf().Select(string.Concat).ToArbitrary();

    private static string StepByStep(Tokenizer tokenizer, int[] ids)
    {
        IncrementalDecoder decoder = tokenizer.CreateDecoder();
        return string.Concat(ids.Select(decoder.Push)) + decoder.Flush();
    }

    private static int[] MergeNaively(int[] symbols, (int Left, int Right)[] pairs, int[] ranks)
    {
        List<int> left = [.. symbols];
        while (true)
        {
            (int Rank, int At, int Pair) best = Enumerable.Range(0, left.Count - 1).Select(at => (At: at, Pair: Array.IndexOf(pairs, (left[at], left[at + 1]))))
                .Where(found => found.Pair >= 0).Select(found => (ranks[found.Pair], found.At, found.Pair)).DefaultIfEmpty((-1, -1, -1)).Min();
            if (best.Pair < 0)
                return [.. left];
            left[best.At] = 3 + best.Pair;
            left.RemoveAt(best.At + 1);
        }
    }

    private static Tokenizer Load(string style)
    {
        using TokenizerFolder folder = Fixture.Folder(Fixture.Read(style));
        return folder.Load();
    }
}
