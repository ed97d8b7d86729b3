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
        var merges = new MergeTable(6);
        (int Left, int Right)[] pairs = [(0, 0), (1, 2), (3, 1), (3, 3), (2, 4), (4, 0)];
        for (int rank = 0; rank < pairs.Length; rank++)
            merges.Add(pairs[rank].Left, pairs[rank].Right, rank, 3 + rank);
        Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 2).ArrayOf(120).ToArbitrary(), symbols =>
        {
            int[] long120 = [.. symbols];
            int[] merged = long120[..new Merger(merges).Merge(long120)];
            return merged.SequenceEqual(MergeNaively(symbols, pairs));
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

    private static int[] MergeNaively(int[] symbols, (int Left, int Right)[] pairs)
    {
        List<int> left = [.. symbols];
        while (true)
        {
            (int rank, int at) = Enumerable.Range(0, left.Count - 1).Select(i => (Array.IndexOf(pairs, (left[i], left[i + 1])), i))
                .Where(found => found.Item1 >= 0).DefaultIfEmpty((-1, -1)).Min();
            if (rank < 0)
                return [.. left];
            left[at] = 3 + rank;
            left.RemoveAt(at + 1);
        }
    }

    private static Tokenizer Load(string style)
    {
        using TokenizerFolder folder = Fixture.Folder(Fixture.Read(style));
        return folder.Load();
    }
}
