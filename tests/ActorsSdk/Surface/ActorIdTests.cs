using System.Text.Json;
using Dapr.Actors;

namespace Serverless.ActorsSdk.Tests.Surface;

public sealed class ActorIdTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void An_id_needs_text(string? id) => Should.Throw<ArgumentException>(() => new ActorId(id!));

    [Fact]
    public void Ids_that_differ_in_case_are_equal_but_hash_apart()
    {
        (new ActorId("a") == new ActorId("A")).ShouldBeTrue();
        new ActorId("a").GetHashCode().ShouldNotBe(new ActorId("A").GetHashCode());
        new ActorId("a").CompareTo(new ActorId("B")).ShouldBeLessThan(0);
        (new ActorId("a") != null).ShouldBeTrue();
    }

    [Fact]
    public void In_json_an_id_is_a_string()
    {
        JsonSerializer.Serialize(new { id = new ActorId("x") }).ShouldBe("""{"id":"x"}""");
        JsonSerializer.Deserialize<ActorId>("\"x\"").ShouldBe(new ActorId("x"));
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<ActorId>("\"\""));
    }

    [Fact]
    public void Random_ids_are_guids_and_differ()
    {
        var id = ActorId.CreateRandom();
        Guid.ParseExact(id.GetId(), "D").ShouldNotBe(Guid.Empty);
        id.ShouldNotBe(ActorId.CreateRandom());
    }
}
