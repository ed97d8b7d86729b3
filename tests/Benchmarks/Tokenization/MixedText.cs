using System.Text;

namespace Serverless.Benchmarks.Tokenization;

/// <summary>Documents of made-up words in several scripts, with the frequencies of real text: few words often, many rarely.</summary>
internal static class MixedText
{
    private static readonly string[][] Syllables =
    [
        "ba be bi bo con da de di en er est fi ga ge ha in is ka la le li ma me mi na ne no on or pa per ra re ri ro sa se si ta te ti to un ver wa".Split(' '),
        "ба ве го да ере жи за ка ла ми на но ов по ра ре се ста ти хо че ша ы ю я".Split(' '),
        "αλ βε γο δα ει θη κα λο μα νε ου πα ρι σε το φω χι".Split(' '),
        "的 一 是 不 了 人 我 在 有 他 这 中 大 来 上 国 个 到 说 们 时 地 出 会 可 也 你 对 生 能 子 那 得 于 着 下 自 之 年".Split(' '),
        "가 나 다 라 마 바 사 아 자 차 카 타 파 하 고 는 을 에 의 로 한 어 이 지".Split(' '),
        "का ने से में पर को है की और यह था कर ता ना री ले वा स".Split(' '),
    ];

    private static readonly double[] Shares = [0.78, 0.08, 0.03, 0.06, 0.03, 0.02];

    /// <summary>Makes so many documents of about so many words; the same ones every time.</summary>
    public static string[] Documents(int count, int words)
    {
        var random = new Random(20);
        string[][] lexicons = [.. Syllables.Select((syllables, script) => Lexicon(syllables, script, random))];
        return [.. Enumerable.Range(0, count).Select(_ => Document(lexicons, words, random))];
    }

    private static string[] Lexicon(string[] syllables, int script, Random random)
    {
        int size = script == 0 ? 30_000 : 4_000;
        return [.. Enumerable.Range(0, size).Select(rank =>
        {
            int length = 1 + random.Next(rank < 100 ? 2 : 4);
            string word = string.Concat(Enumerable.Range(0, length).Select(_ => syllables[random.Next(syllables.Length)]));
            return random.Next(12) == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word;
        })];
    }

    private static string Document(string[][] lexicons, int words, Random random)
    {
        var text = new StringBuilder();
        double share = random.NextDouble();
        int main = 0;
        while (share > Shares[main])
            share -= Shares[main++];
        for (int i = 0; i < words; i++)
        {
            string[] lexicon = random.Next(10) == 0 ? lexicons[0] : lexicons[main];

            // Zipf's law: the rank is log-uniform.
            text.Append(lexicon[(int)Math.Exp(random.NextDouble() * Math.Log(lexicon.Length)) - 1]);
            text.Append(random.Next(40) switch
            {
                0 => ".\n\n",
                1 => ".\n",
                < 5 => ", ",
                5 => "'s ",
                6 => $" {random.Next(100_000)} ",
                7 => " (" + random.Next(100) + ".5%) ",
                8 => " \U0001F680 ",
                9 => "();\n    ",
                _ => " ",
            });
        }

        return text.ToString();
    }
}
