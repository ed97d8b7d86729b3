using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Serverless.Inference.Tokenization.Loading;
using Serverless.Inference.Tokenization.Normalizers;
using Serverless.Inference.Tokenization.PreTokenizers;
using Serverless.Inference.Tokenization.Regex;

namespace Serverless.Inference.Tests.Tokenization;

public sealed class ComponentTests
{
    // What the reference's regular expressions can do and ours refuse by name.
    private static readonly string[] s_refused = [@"(?i:stra\u00dfe|\u00e9t\u00e9|the)", @"\p{Han}+|\p{Hiragana}+", "[[:alpha:]]+", @"\h+|\R"];

    private static readonly int[] s_codePoints = [.. Enumerable.Range(1, 0x10FFFF).Where(Rune.IsValid)];

    [Fact]
    public void Pre_tokenizers_cut_as_in_the_reference()
    {
        string[] texts = Fixture.Read("splits").GetProperty("texts").Deserialize<string[]>()!;
        List<string> refused = [];
        foreach (JsonElement entry in Fixture.Read("splits").GetProperty("pre_tokenizers").EnumerateArray())
        {
            PreTokenizerChain? cutter = TryRead(entry[0], refused);
            string[][] expected = entry[1].Deserialize<string[][]>()!;
            for (int i = 0; cutter is not null && i < texts.Length; i++)
                Cut(cutter, texts[i]).ShouldBe(expected[i], $"{entry[0]} on {Fixture.Show(texts[i])}");
        }

        refused.ShouldBe(s_refused, ignoreOrder: true);
    }

    [Fact]
    public void Scanners_of_known_patterns_cut_as_their_regular_expressions()
    {
        JsonElement[] entries = [.. Fixture.Read("splits").GetProperty("pre_tokenizers").EnumerateArray()];
        string[] known = [.. entries.Where(e => e[0].GetProperty("type").GetString() == "Split" && e[0].GetProperty("pattern").TryGetProperty("Regex", out _))
            .Select(e => e[0].GetProperty("pattern").GetProperty("Regex").GetString()!).Where(regex => KnownPatterns.Find(regex) is not null)];
        known.Length.ShouldBe(5);
        foreach (string regex in known)
        {
            var scanner = new PreTokenizerChain([new Split(KnownPatterns.Find(regex)!, SplitBehavior.Isolated, false)]);
            var engine = new PreTokenizerChain([new Split(new RegexPattern(regex), SplitBehavior.Isolated, false)]);
            foreach (string text in Fixture.Texts())
                Cut(scanner, text).ShouldBe(Cut(engine, text), $"{regex} on {Fixture.Show(text)}");
        }
    }

    [Fact]
    public void Normalizers_change_text_as_in_the_reference()
    {
        string[] texts = Fixture.Read("normal").GetProperty("texts").Deserialize<string[]>()!;
        foreach (JsonElement entry in Fixture.Read("normal").GetProperty("normalizers").EnumerateArray())
        {
            NormalizerChain normalizer = NormalizerReader.Read(new JsonPart(entry[0], "fixture", "normalizer"));
            string?[] expected = entry[1].Deserialize<string?[]>()!;
            for (int i = 0; i < texts.Length; i++)
                normalizer.Apply(texts[i]).ShouldBe(expected[i] ?? texts[i], $"{entry[0]} of {Fixture.Show(texts[i])}");
        }
    }

    [Theory]
    [InlineData(@"\s"), InlineData(@"\d"), InlineData(@"\w"), InlineData(@"\p{L}"), InlineData(@"\p{N}"), InlineData(@"\p{M}"), InlineData(@"\p{P}"), InlineData(@"\p{S}")]
    [InlineData(@"\p{Z}"), InlineData(@"\p{C}"), InlineData(@"\p{Lu}"), InlineData(@"\p{Ll}"), InlineData(@"\p{Lt}"), InlineData(@"\p{Lm}"), InlineData(@"\p{Lo}")]
    [InlineData(@"\p{Mn}"), InlineData(@"\p{Nd}"), InlineData(@"\p{Cn}")]
    public void Character_classes_hold_the_same_of_all_code_points(string regex)
    {
        var pattern = new RegexPattern(regex);
        string[] characters = [.. s_codePoints.Select(char.ConvertFromUtf32)];
        ShouldHash(regex, string.Concat(characters.Where(c => pattern.TryFind(c, 0, out _, out _))));
    }

    [Theory]
    [InlineData("NFC"), InlineData("NFD"), InlineData("NFKC"), InlineData("NFKD"), InlineData("Lowercase"), InlineData("StripAccents")]
    public void Normalizers_change_all_code_points_alike(string type)
    {
        NormalizerChain normalizer = Normalizer(type);
        ShouldHash(type, string.Join('\n', s_codePoints.Select(c => normalizer.Apply(char.ConvertFromUtf32(c)))));
    }

    [Theory]
    [InlineData("NFC"), InlineData("NFD"), InlineData("NFKC"), InlineData("NFKD")]
    public void Normal_forms_order_and_compose_mixtures_alike(string type)
    {
        Rune[] characters = [.. Fixture.Read("tables").GetProperty("mixed").GetString()!.EnumerateRunes()];
        NormalizerChain normalizer = Normalizer(type);
        int state = 1;
        List<string> words = [];
        for (int i = 0; i < 20000; i++)
        {
            var word = new StringBuilder();
            for (int j = 0; j < 4; j++)
            {
                state = unchecked(state * 1103515245 + 12345) & 0x7FFFFFFF;
                word.Append(characters[(state >> 8) % characters.Length]);
            }

            words.Add(normalizer.Apply(word.ToString()));
        }

        ShouldHash($"{type} of mixtures", string.Join('\n', words));
    }

    private static NormalizerChain Normalizer(string type) =>
        NormalizerReader.Read(new JsonPart(JsonSerializer.SerializeToElement(new { type }), "test", "normalizer"));

    private static void ShouldHash(string name, string text)
    {
        JsonElement expected = Fixture.Read("tables").GetProperty(name);
        text.EnumerateRunes().Count().ShouldBe(expected[0].GetInt32());
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ShouldBe(expected[1].GetString());
    }

    private static PreTokenizerChain? TryRead(JsonElement json, List<string> refused)
    {
        try
        {
            return new PreTokenizerChain([.. PreTokenizerReader.Steps(new JsonPart(json, "fixture", "pre_tokenizer"))]);
        }
        catch (InferenceException error) when (error.Code == InferenceErrorCodes.ModelUnsupported)
        {
            refused.Add(json.GetProperty("pattern").GetProperty("Regex").GetString()!);
            return null;
        }
    }

    private static string[] Cut(PreTokenizerChain cutter, string text)
    {
        if (text.Length == 0)
            return [];
        ReadOnlySpan<char> cut = cutter.Cut(text, 1, new PreTokenizerScratch(), out Pieces pieces);
        List<string> found = [];
        foreach ((int start, int end) in pieces.Span)
            found.Add(cut[start..end].ToString());
        return [.. found];
    }
}
