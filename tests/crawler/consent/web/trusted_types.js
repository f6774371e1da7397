y.onclick=()=>chose('accept');n.onclick=()=>chose('reject')
