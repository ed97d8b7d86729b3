using Serverless.Inference.Tokenization;

namespace Serverless.Inference.Tests.Tokenization;

public sealed class TokenizerTests
{
    private readonly Tokenizer _tokenizer;

    public TokenizerTests()
    {
        using var folder = new TokenizerFolder(TokenizerFolder.ByteLevel());
        _tokenizer = folder.With("tokenizer_config.json", """{"bos_token": "<s>", "eos_token": {"content": "</s>"}}""")
            .With("special_tokens_map.json", """{"eos_token": "never read", "pad_token": "<pad>"}""").Load();
    }

    [Fact]
    public void Words_are_merged_by_rank_and_special_tokens_stand_around_them() =>
        _tokenizer.Encode("hello he").ShouldBe([260, 259, _tokenizer.TokenId("Ġ")!.Value, 256]);

    [Fact]
    public void Special_tokens_are_left_out_on_request() => _tokenizer.Encode("hello", addSpecialTokens: false).ShouldBe([259]);

    [Fact]
    public void Added_tokens_are_found_within_text() => _tokenizer.Encode("hell</s>hello", addSpecialTokens: false).ShouldBe([258, 261, 259]);

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("h\u00E9llo \u4F60\u597D \U0001F469\u200D\U0001F680\r\n\t x")]
    public void Decoding_gives_the_text_back(string text) => _tokenizer.Decode(_tokenizer.Encode(text)).ShouldBe(text);

    [Fact]
    public void A_lone_surrogate_counts_as_a_replacement_character() =>
        _tokenizer.Decode(_tokenizer.Encode("a\uD83Db\uDE00")).ShouldBe("a\uFFFDb\uFFFD");

    [Fact]
    public void Special_tokens_are_decoded_only_on_request()
    {
        _tokenizer.Decode([260, 259, 261]).ShouldBe("hello");
        _tokenizer.Decode([260, 259, 261], skipSpecialTokens: false).ShouldBe("<s>hello</s>");
    }

    [Fact]
    public void Names_of_special_tokens_come_from_the_configuration_first()
    {
        _tokenizer.BosToken.ShouldBe("<s>");
        _tokenizer.EosToken.ShouldBe("</s>");
        _tokenizer.PadToken.ShouldBe("<pad>");
        _tokenizer.UnknownToken.ShouldBeNull();
    }

    [Fact]
    public void Tokens_and_ids_are_looked_up_both_ways()
    {
        _tokenizer.VocabSize.ShouldBe(262);
        _tokenizer.TokenId("hello").ShouldBe(259);
        _tokenizer.TokenId("no such token").ShouldBeNull();
        _tokenizer.Token(261).ShouldBe("</s>");
        _tokenizer.Token(262).ShouldBeNull();
        _tokenizer.Token(-1).ShouldBeNull();
        _tokenizer.IsSpecial(260).ShouldBeTrue();
        _tokenizer.IsSpecial(259).ShouldBeFalse();
    }

    [Fact]
    public void A_character_is_not_split_while_decoding()
    {
        int[] ids = _tokenizer.Encode("\u20AC\U0001F600", addSpecialTokens: false);
        IncrementalDecoder decoder = _tokenizer.CreateDecoder();
        ids.Select(decoder.Push).ShouldBe(["", "", "\u20AC", "", "", "", "\U0001F600"]);
        decoder.Flush().ShouldBe("");
    }
}
