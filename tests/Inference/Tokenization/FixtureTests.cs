using System.Text.Json;
using Serverless.Inference.Tokenization;

namespace Serverless.Inference.Tests.Tokenization;

public sealed class FixtureTests
{
    private static readonly string[] s_texts = Fixture.Texts();

    public static TheoryData<string> Styles => [.. Fixture.Styles];

    [Theory, MemberData(nameof(Styles))]
    public void Ids_are_those_of_the_reference(string style)
    {
        (JsonElement expected, Tokenizer tokenizer) = Load(style);
        int[][] ids = expected.GetProperty("ids").Deserialize<int[][]>()!;
        ids.Length.ShouldBe(s_texts.Length);
        AllMatch(s_texts, i => tokenizer.Encode(s_texts[i], addSpecialTokens: false), i => ids[i]);
        tokenizer.VocabSize.ShouldBe(expected.GetProperty("size").GetInt32());
    }

    [Theory, MemberData(nameof(Styles))]
    public void Special_tokens_stand_where_the_reference_puts_them(string style)
    {
        (JsonElement expected, Tokenizer tokenizer) = Load(style);
        int[][] ids = expected.GetProperty("special").Deserialize<int[][]>()!;
        string[] texts = [.. s_texts.Where((_, index) => index % 8 == 0)];
        AllMatch(texts, i => tokenizer.Encode(texts[i]), i => ids[i]);
    }

    [Theory, MemberData(nameof(Styles))]
    public void Decoded_texts_are_those_of_the_reference(string style)
    {
        (JsonElement expected, Tokenizer tokenizer) = Load(style);
        int[][] ids = expected.GetProperty("ids").Deserialize<int[][]>()!;
        string?[] decoded = expected.GetProperty("decoded").Deserialize<string?[]>()!;
        AllMatch(s_texts, i => tokenizer.Decode(ids[i]), i => decoded[i] ?? s_texts[i]);
    }

    [Theory, MemberData(nameof(Styles))]
    public void Random_ids_decode_as_in_the_reference(string style)
    {
        (JsonElement expected, Tokenizer tokenizer) = Load(style);
        JsonElement[] draws = [.. expected.GetProperty("random").EnumerateArray()];
        string[] shown = [.. draws.Select(draw => draw[0].GetRawText())];
        int[] Ids(int i) => draws[i][0].Deserialize<int[]>()!;
        AllMatch(shown, i => tokenizer.Decode(Ids(i)), i => draws[i][1].GetString()!);
        AllMatch(shown, i => tokenizer.Decode(Ids(i), skipSpecialTokens: false), i => draws[i][2].GetString()!);
    }

    [Theory, MemberData(nameof(Styles))]
    public void Decoding_step_by_step_gives_the_same_text_in_whole_characters(string style)
    {
        (JsonElement expected, Tokenizer tokenizer) = Load(style);
        foreach (JsonElement draw in expected.GetProperty("random").EnumerateArray())
        {
            int[] ids = draw[0].Deserialize<int[]>()!;
            foreach (bool skip in (bool[])[true, false])
            {
                IncrementalDecoder decoder = tokenizer.CreateDecoder(skip);
                List<string> parts = [.. ids.Select(decoder.Push), decoder.Flush()];
                string.Concat(parts).ShouldBe(tokenizer.Decode(ids, skip));
                parts.ShouldAllBe(part => !char.IsLowSurrogate(part.FirstOrDefault()) && !char.IsHighSurrogate(part.LastOrDefault()));
            }
        }
    }

    private static (JsonElement Expected, Tokenizer Tokenizer) Load(string style)
    {
        JsonElement expected = Fixture.Read(style);
        using TokenizerFolder folder = Fixture.Folder(expected);
        return (expected, folder.Load());
    }

    private static void AllMatch<T>(string[] texts, Func<int, T> actual, Func<int, T> expected)
    {
        List<string> wrong = [];
        for (int i = 0; i < texts.Length; i++)
        {
            string found = JsonSerializer.Serialize(actual(i));
            string wanted = JsonSerializer.Serialize(expected(i));
            if (found != wanted)
                wrong.Add($"{i}: {Fixture.Show(texts[i])}\n  expected {wanted}\n  found    {found}");
        }

        wrong.ShouldBeEmpty($"{wrong.Count} of {texts.Length}:\n{string.Join("\n", wrong.Take(8))}\n");
    }
}
