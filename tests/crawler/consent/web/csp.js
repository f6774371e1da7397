document.getElementById("x")?.addEventListener("click", () => chose("accept"));
document.getElementById("y")?.addEventListener("click", () => chose("reject"));
