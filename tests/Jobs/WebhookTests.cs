using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Serverless.Jobs.Webhooks;

namespace Serverless.Jobs.Tests;

public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>The vector of the Standard Webhooks libraries.</summary>
    [Fact]
    public void A_signature_is_that_of_the_standard_s_vector() =>
        WebhookSignature.Of([Secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), "{\"test\": 2432232314}"u8)
            .ShouldBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    [Fact]
    public void Two_secrets_sign_twice() =>
        WebhookSignature.Of([Secret, Secret], "a", DateTimeOffset.UnixEpoch, "{}"u8).Split(' ').Length.ShouldBe(2);

    [Theory]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_short")]
    [InlineData("whsec_!!!!")]
    public void A_secret_that_is_none_is_refused(string secret) => Should.Throw<FormatException>(() => WebhookSignature.KeyOf(secret));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    public void Only_addresses_that_everybody_can_reach_are_public(string address, bool isPublic) => WebhookTarget.IsPublic(IPAddress.Parse(address)).ShouldBe(isPublic);

    [Theory]
    [InlineData("https://hooks.example.org/x", null)]
    [InlineData("http://hooks.example.org/x", "http is not called (only https is); trust hooks.example.org in the service's configuration to allow it")]
    [InlineData("https://me:secret@hooks.example.org/x", "an address with a user name in it is not called; sign in by the signature instead")]
    [InlineData("ftp://hooks.example.org", "expected an https address, found \"ftp://hooks.example.org\"")]
    [InlineData("http://trusted:8000/x", null)]
    public void An_address_is_refused_with_the_reason(string address, string? refusal) =>
        new WebhookTarget(new WebhookOptions { TrustedHosts = ["trusted:8000"] }).Refusal(address).ShouldBe(refusal);

    [Fact]
    public async Task A_private_address_is_not_connected_to()
    {
        using var sender = new WebhookSender(new WebhookOptions { Secrets = [Secret] }, new FakeTimeProvider());
        var error = await Should.ThrowAsync<WebhookException>(() => sender.SendAsync("https://127.0.0.1:1/x", "m", "{}"u8.ToArray(), TestContext.Current.CancellationToken));
        error.CanPass.ShouldBeFalse();
        error.Message.ShouldContain("its address is private");
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(503, true)]
    [InlineData(410, false)]
    public async Task A_trusted_receiver_gets_the_signed_message(int status, bool? canPass)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1614265330));
        await using var receiver = await Receiver.StartAsync(status);
        using var sender = new WebhookSender(new WebhookOptions { Secrets = [Secret], TrustedHosts = [$"127.0.0.1:{receiver.Port}"] }, time);
        var sent = sender.SendAsync($"http://127.0.0.1:{receiver.Port}/x", "msg_1", Encoding.UTF8.GetBytes("{\"a\": 1}"), TestContext.Current.CancellationToken);
        if (canPass is null)
        {
            await sent;
        }
        else
        {
            (await Should.ThrowAsync<WebhookException>(() => sent)).CanPass.ShouldBe(canPass.Value);
        }

        receiver.Body.ShouldBe("{\"a\": 1}");
        receiver.Headers["webhook-id"].ShouldBe("msg_1");
        receiver.Headers["webhook-signature"].ShouldBe(WebhookSignature.Of([Secret], "msg_1", time.GetUtcNow(), "{\"a\": 1}"u8));
    }
}
